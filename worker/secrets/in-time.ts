/** What a reading comes to, if it does in so many milliseconds. @throws Error when it does not, or what it throws itself */
export const inTime = async <Row>(reading: Promise<Row>, ms: number): Promise<Row> => {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`Reading the registry: no answer within ${ms} ms`)), ms);
	});
	try {
		return await Promise.race([reading, late]);
	} finally {
		clearTimeout(timer);
	}
};
