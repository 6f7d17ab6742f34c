/**
 * The calling codes of countries (ITU-T E.164, assigned codes): what stands in front of a number. Codes that belong to no country (satellites,
 * premium and shared-cost services) are left out, so that nothing is ever sent there. In +1 and +7 many countries share a code; what others than
 * the United States, Canada and Russia have of them stands here with more digits, so that allowing +1 allows none of the islands.
 */
const ONE_OR_TWO =
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98';

const THREE =
  '211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 ' +
  '350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 ' +
  '500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 ' +
  '850 852 853 855 856 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 994 995 996 998';

/** Of the shared codes, with the area code. */
const SHARED =
  '1242 1246 1264 1268 1284 1340 1345 1441 1473 1649 1658 1664 1670 1671 1684 1721 1758 1767 1784 1787 1809 1829 1849 1868 1869 1876 1939 76 77';

/** In +1, numbers of no place: premium rate, and codes that are kept for services. */
const NOWHERE = '1500 1521 1522 1533 1544 1566 1577 1588 1700 1710 1900 1976';

const codes: ReadonlySet<string> = new Set(`${ONE_OR_TWO} ${THREE} ${SHARED}`.split(' '));
const nowhere: ReadonlySet<string> = new Set(NOWHERE.split(' '));

const LONGEST = 4;

/**
 * The calling code of a number, the longest that fits.
 *
 * @param number in E.164, with its plus sign
 * @returns with its plus sign; nothing for a number of no country
 */
export const callingCodeOf = (number: string): string | undefined => {
  const digits = number.slice(1);
  for (let length = LONGEST; length > 0; length -= 1) {
    const front = digits.slice(0, length);
    if (nowhere.has(front)) return undefined;
    if (codes.has(front)) return `+${front}`;
  }
  return undefined;
};
