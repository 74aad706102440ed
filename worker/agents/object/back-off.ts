/** How long until the next try, milliseconds: twice as long after each, up to the longest. @param tries how many there were */
export const backOffMs = ({ first, max }: { readonly first: number; readonly max: number }, tries: number): number =>
	Math.min(max, first * 2 ** Math.min(tries, 20));
