// A low-latency HLS playlist (RFC 8216bis) of ours, and the codec of an init segment.

function attributes(text) {
  const found = {};
  for (const [, key, quoted, plain] of text.matchAll(/([A-Z-]+)=(?:"([^"]*)"|([^,]*))/g)) {
    found[key] = quoted ?? plain;
  }
  return found;
}

/** Parts in order, each {msn, part, uri, begin, end, init, key}; and what can be asked for next. */
export function parse(text) {
  let msn = 0, part = 0, init = "", ended = false;
  const parts = [];
  for (const line of text.split("\n")) {
    const told = attributes(line.slice(line.indexOf(":") + 1));
    if (line.startsWith("#EXT-X-MEDIA-SEQUENCE:")) msn = Number(line.split(":")[1]);
    else if (line.startsWith("#EXT-X-MAP:")) init = told.URI;
    else if (line.startsWith("#EXT-X-ENDLIST")) ended = true;
    else if (line.startsWith("#EXT-X-PART:")) {
      const [size, begin] = told.BYTERANGE.split("@").map(Number);
      parts.push({ msn, part, uri: told.URI, begin, end: begin + size, init, key: told.INDEPENDENT === "YES" });
      part += 1;
    } else if (line && !line.startsWith("#")) { msn += 1; part = 0; }
  }
  return { parts, ended, next: { msn, part } };
}

const hex = (value, digits = 2) => value.toString(16).toUpperCase().padStart(digits, "0");

function find(bytes, name) {
  const codes = [...name].map((letter) => letter.charCodeAt(0));
  for (let at = 0; at + 4 < bytes.length; at += 1) {
    if (codes.every((code, place) => bytes[at + place] === code)) return at + 4;
  }
  return -1;
}

/** The MIME type of an init segment (RFC 6381; ISO/IEC 14496-15, annex E), "" for neither codec. */
export function typeOf(bytes) {
  let at = find(bytes, "avcC");
  if (at > 0) return `video/mp4; codecs="avc1.${[1, 2, 3].map((n) => hex(bytes[at + n])).join("")}"`;
  at = find(bytes, "hvcC");
  if (at < 0) return "";
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  let compatible = 0;
  for (let bit = 0; bit < 32; bit += 1) compatible |= ((view.getUint32(2) >>> bit) & 1) << (31 - bit);
  const space = ["", "A", "B", "C"][bytes[at + 1] >> 6], tier = bytes[at + 1] & 32 ? "H" : "L";
  const limits = [...bytes.slice(at + 6, at + 12)];
  while (limits.length && limits.at(-1) === 0) limits.pop();
  const told = [`${space}${bytes[at + 1] & 31}`, (compatible >>> 0).toString(16), `${tier}${bytes[at + 12]}`];
  const name = find(bytes, "hvc1") > 0 ? "hvc1" : "hev1";
  return `video/mp4; codecs="${[name, ...told, ...limits.map((each) => hex(each))].join(".")}"`;
}
