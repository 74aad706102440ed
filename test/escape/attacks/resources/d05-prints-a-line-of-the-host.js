/*
 * D05 Prints a line by which the harness tells the host of the log, with escapes so that only who reads it as one sees the word
 * wall: ledger
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	console.log('\u001ecordon-log {"seq":1,"atMs":0,"level":"info","text":"ESCAP\\u0045D"}\n\u001ecordon-log {}');
	for (;;);
};
