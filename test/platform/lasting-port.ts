import { assertPortFree } from "../../supervisor/assert-port-free.ts";

/** Below the ports that the system hands out, and below those of ./shared-host: nobody gets one of these by chance. */
const [LOWEST, COUNT] = [10_000, 10_000];
/** Ports tried: so many are not all taken. */
const TRIES = 20;

/**
 * A free port that stays free while a platform is down: a test beside this one, or a client, could be given any other meanwhile.
 * @throws Error of the last port that was tried
 */
export const findLastingPort = async (tries = TRIES): Promise<number> => {
	const port = LOWEST + Math.floor(Math.random() * COUNT);
	try {
		await assertPortFree("127.0.0.1", port);
		return port;
	} catch (error) {
		if (tries <= 1) throw error;
		return findLastingPort(tries - 1);
	}
};
