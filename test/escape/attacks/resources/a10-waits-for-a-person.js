/*
 * A10 Waits for a person for ever, and sets a limit of one second on itself
 * wall: wall-time
 * ends: waiting_approval
 */
export default async (_input, env) => env.ask.ask({ question: "May I?" });
