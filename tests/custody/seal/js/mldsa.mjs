// Whether an ML-DSA-44 key signed a message, by somebody else's code: three hex words, yes or no.
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

const [key, message, signature] = process.argv.slice(2).map((hex) => Buffer.from(hex, "hex"));
process.stdout.write(ml_dsa44.verify(signature, message, key) ? "yes" : "no");
