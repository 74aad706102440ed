/*
 * G23 Leaves pages, drawings and shortcuts with code and terminal escapes in their names and their text
 * wall: viewer
 * ends: returns 5
 */
const FILES = {
	"page.html": "<script>fetch('http://127.0.0.1/')</script>",
	"drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
	"name\"><img src=x onerror=alert(1)>.txt": "x",
	"content-disposition; filename=x.html": "x",
	"=cmd|' calc'!A0.csv": "=1+1",
};
export default async (input, env) => {
	for (const [name, text] of Object.entries(FILES)) await env.files.writeText(`/workspace/output/${name}`, text);
	return (await env.files.list("/workspace/output")).length;
};
