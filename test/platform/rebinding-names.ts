/** What the resolver says of one name: the answers to the first, second, … question for it, the last of them for ever. */
export interface Rebinding {
	readonly label: string;
	readonly answers: readonly (readonly string[])[];
	/** Answer by way of an internal name, as a CNAME does. */
	readonly alias?: string;
}

/** An address that a network for public addresses may connect to; in the world of the test it lies on its own loopback device. */
export const PUBLIC_V4 = "93.184.215.14";
export const PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c";

/** Addresses that lead inwards, each of them with a listener in the world of the test. */
export const INWARD_ADDRESSES = [
	"127.0.0.1",
	"127.8.8.8",
	"0.0.0.0",
	"10.0.0.1",
	"172.16.0.1",
	"192.168.1.1",
	"169.254.169.254",
	"100.64.0.1",
	"::1",
	"fd00:ec2::254",
	"64:ff9b::7f00:1",
	"::ffff:127.0.0.1",
] as const;

const each = (kind: string, answersOf: (inward: string) => Rebinding["answers"], alias?: string): Rebinding[] =>
	INWARD_ADDRESSES.map((inward, index) => ({
		label: `${kind}-${index}`,
		answers: answersOf(inward),
		...(alias === undefined ? {} : { alias }),
	}));

/** Names that a rule and the guard take for public ones, and that lead inwards: at once, the second time, among others, by another name. */
export const REBINDINGS: readonly Rebinding[] = [
	...each("inward", (inward) => [[inward]]),
	...each("later", (inward) => [[PUBLIC_V4], [inward]]),
	...each("among", (inward) => [[PUBLIC_V4, inward]]),
	...each("before", (inward) => [[inward, PUBLIC_V4]]),
	...each("six", (inward) => [[PUBLIC_V6, inward]]),
	...each("alias", (inward) => [[inward]], "db.internal"),
];

/** Names that lead where they say. */
export const HONEST: readonly Rebinding[] = [
	{ label: "honest", answers: [[PUBLIC_V4]] },
	{ label: "honest6", answers: [[PUBLIC_V6]] },
];
