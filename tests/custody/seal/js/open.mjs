// Opens standard input with the identity named first, by somebody else's code: age-encryption (npm).
import { Decrypter } from "age-encryption";
import { readFileSync } from "node:fs";

const opener = new Decrypter();
opener.addIdentity(readFileSync(process.argv[2], "utf8").trim());
process.stdout.write(await opener.decrypt(readFileSync(0)));
