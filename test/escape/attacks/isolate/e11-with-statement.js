/*
 * E11 Resolves names by `with`, which modules do not have
 * wall: isolate
 * ends: refused invalid_program
 */
export default () => {
	with ({ answer: "ESCAPED" }) {
		return answer;
	}
};
