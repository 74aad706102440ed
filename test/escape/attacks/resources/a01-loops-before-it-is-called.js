/*
 * A01 Loops before it is called
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
for (;;);
export default () => 1;
