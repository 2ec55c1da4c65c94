"""Independent references: the ellipsoidal area by a line integral, and distances by brute force."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Geod

A = 6378137.0
F = 1 / 298.257222101
E2 = F * (2 - F)
GEOD = Geod(a=A, f=F)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
T, W = (NODES + 1) / 2, WEIGHTS / 2


def exact_area(polygon) -> float:
    """Area (m²) on the CGCS2000 ellipsoid of a polygon whose edges are straight in degrees.

    A = a² ∮ Q(φ) dλ with Q(φ) = ∫ (1 - e²) cos φ / (1 - e² sin² φ)² dφ from a parallel within the
    polygon (so that nothing cancels), by Gauss-Legendre quadrature on every edge.
    """
    base = shapely.get_coordinates(polygon)[0]
    rings = [polygon.exterior, *polygon.interiors]
    areas = [abs(ring_area(np.radians(shapely.get_coordinates(r) - base), base)) for r in rings]
    return areas[0] - sum(areas[1:])


def ring_area(ring, base) -> float:
    phi0 = np.radians(base[1])
    lam, phi = ring.T
    # Quadrature points of each edge, then of the stretch of meridian from the base up to each.
    at = phi[:-1, None] + T * np.diff(phi)[:, None]
    up = phi0 + at[..., None] * T
    density = (1 - E2) * np.cos(up) / (1 - E2 * np.sin(up) ** 2) ** 2
    strip = at * (density @ W)
    return float(A * A * np.sum(np.diff(lam) * (strip @ W)))


def brute_distance(one, other, step_deg: float = 2e-4) -> float:
    """The geodesic distance (m) between two disjoint geometries whose edges are straight in
    degrees: both sampled densely, then refined around the closest pairs.
    """
    a, b = edges_of(one), edges_of(other)
    best = np.inf
    ta, pa, ia = samples(a, step_deg)
    tb, pb, ib = samples(b, step_deg)
    near = nearest_samples(pa, pb)
    for i, j in near:
        best = min(best, refined(a[ia[i]], b[ib[j]], ta[i], tb[j], step_deg))
    return best


def edges_of(geometry):
    lines = shapely.get_parts(shapely.boundary(geometry)) if geometry.area else [geometry]
    edges = []
    for line in lines:
        c = shapely.get_coordinates(line)
        edges.append(np.stack((c[:-1], c[1:]), axis=1) if len(c) > 1 else np.stack((c, c), axis=1))
    return np.concatenate(edges)


def samples(edges, step):
    length = np.hypot(*(edges[:, 1] - edges[:, 0]).T)
    count = np.maximum(2, np.ceil(length / step).astype(int) + 1)
    index = np.repeat(np.arange(len(edges)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    t = within / (np.repeat(count, count) - 1)
    return t, edges[index, 0] + t[:, None] * (edges[index, 1] - edges[index, 0]), index


def nearest_samples(pa, pb, keep: int = 30):
    """The closest pairs of samples, by straight lines through the Earth."""
    xa, xb = through_earth(pa), through_earth(pb)
    found = []
    for i in range(0, len(xa), 500):
        block = np.linalg.norm(xa[i : i + 500, None] - xb[None], axis=2)
        flat = np.argpartition(block, min(keep, block.size - 1), axis=None)[:keep]
        r, c = np.unravel_index(flat, block.shape)
        found += list(zip(block[r, c], r + i, c, strict=True))
    found.sort()
    return [(int(i), int(j)) for _, i, j in found[:keep]]


def through_earth(lonlat):
    lam, phi = np.radians(lonlat).T
    n = A / np.sqrt(1 - E2 * np.sin(phi) ** 2)
    return np.column_stack(
        (n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - E2) * np.sin(phi))
    )


def refined(a, b, ta, tb, step) -> float:
    """The least geodesic distance near two points of two edges, by ever finer grids."""
    span_a = min(1.0, 2 * step / max(np.hypot(*(a[1] - a[0])), 1e-12))
    span_b = min(1.0, 2 * step / max(np.hypot(*(b[1] - b[0])), 1e-12))
    best = np.inf
    for _ in range(12):
        u = np.clip(ta + span_a * np.linspace(-1, 1, 9), 0, 1)
        v = np.clip(tb + span_b * np.linspace(-1, 1, 9), 0, 1)
        gu, gv = (g.ravel() for g in np.meshgrid(u, v))
        p = a[0] + gu[:, None] * (a[1] - a[0])
        q = b[0] + gv[:, None] * (b[1] - b[0])
        d = np.asarray(GEOD.inv(p[:, 0], p[:, 1], q[:, 0], q[:, 1])[2])
        k = int(d.argmin())
        best, ta, tb = min(best, float(d[k])), gu[k], gv[k]
        span_a, span_b = span_a * 0.5, span_b * 0.5
    return best
