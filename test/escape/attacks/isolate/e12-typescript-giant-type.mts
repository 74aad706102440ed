/*
 * E12 Nests a type so deeply that reading it could take for ever
 * wall: isolate
 * ends: contained
 */
type A<T> = T extends [infer H, ...infer R] ? [H, ...A<R>] : [];
type B = A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<A<[1]>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>;
const f = <T,>(a: T): a is T & B => a < (1 as unknown as T) || a > (2 as unknown as T);
export default async (): Promise<boolean> => f<B>([1]);
