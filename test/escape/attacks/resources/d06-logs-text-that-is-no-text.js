/*
 * D06 Logs halves of characters, zeros, bidirectional marks and terminal commands
 * wall: viewer
 * ends: returns 1
 */
export default async () => {
	console.log("\ud800", "\udc00\ud800", "\0", "\u202e txt.exe", "\u2028", "\u001b]0;title\u0007\u001b[2J\u001b[31m", "\r\nHTTP/1.1 200 OK\r\n\r\n", "\u0085");
	console.log({ "\ud800": "\0", __proto__: { then: 1 } }, ["\u001b[1A\u001b[2K"]);
	return 1;
};
