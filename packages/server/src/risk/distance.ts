import type { Coordinates } from '../store/records.ts';

const EARTH_RADIUS_KILOMETRES = 6371;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The way between two places over the surface of the earth, as the crow flies (haversine). */
export const kilometresBetween = (one: Coordinates, other: Coordinates): number => {
  const latitudes = Math.sin(radians(other.latitude - one.latitude) / 2) ** 2;
  const longitudes = Math.sin(radians(other.longitude - one.longitude) / 2) ** 2;
  const across = latitudes + Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * longitudes;
  return 2 * EARTH_RADIUS_KILOMETRES * Math.asin(Math.min(1, Math.sqrt(across)));
};
