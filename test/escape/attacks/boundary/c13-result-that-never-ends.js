/*
 * C13 Returns an object whose getters make a new object each time they are read
 * wall: boundary
 * ends: result_too_large
 */
const endless = () => ({
	get left() {
		return endless();
	},
	get right() {
		return endless();
	},
});
export default () => endless();
