// Seals standard input for the recipient named first, by somebody else's code: age-encryption (npm).
import { Encrypter } from "age-encryption";
import { readFileSync } from "node:fs";

const sealer = new Encrypter();
sealer.addRecipient(process.argv[2]);
process.stdout.write(await sealer.encrypt(readFileSync(0)));
