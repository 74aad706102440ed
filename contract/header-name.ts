import { z } from "zod";

/** A header's name: a token (RFC 9110 §5.6.2). */
export const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "wanted a header's name: letters, digits and !#$%&'*+-.^_`|~");
