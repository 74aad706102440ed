/*
 * C13 Returns a buffer that is shrunk and detached while it is read
 * wall: boundary
 * ends: contained
 * limits: { "cpuMs": 1000 }
 */
export default async () => {
	const buffer = new ArrayBuffer(1 << 12, { maxByteLength: 1 << 13 });
	const bytes = new Uint8Array(buffer);
	return [
		bytes,
		{
			get a() {
				buffer.resize(0);
				return 1;
			},
		},
		bytes,
		{
			get b() {
				buffer.transfer();
				return 1;
			},
		},
		bytes,
	];
};
