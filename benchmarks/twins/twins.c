/* C twins of the three costliest kernels, for benchmarks/twins/run.py: same inputs, same order of operations.

   gcc -O3 -march=native -ffp-contract=off -shared -fPIC twins.c -o twins.so -lm                                   */

#include <math.h>
#include <stdint.h>

#define TWO_PI 6.283185307179586
#define TWO_TO_MINUS_32 2.3283064365386963e-10
#define TWO_TO_MINUS_52 2.220446049250313e-16

/* ---- Draws: physics/draws.py */

static void philox(uint64_t c0, uint64_t c1, uint64_t c2, uint64_t c3, uint64_t k0, uint64_t k1, uint64_t *word) {
    const uint64_t mask = 0xFFFFFFFFu;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = 0xD2511F53u * c0, p1 = 0xCD9E8D57u * c2;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c1 = p1 & mask;
        c3 = p0 & mask;
        k0 = (k0 + 0x9E3779B9u) & mask;
        k1 = (k1 + 0xBB67AE85u) & mask;
    }
    word[0] = c0, word[1] = c1, word[2] = c2, word[3] = c3;
}

static void block(uint64_t seed, int64_t run, int64_t purpose, int64_t one, int64_t other, int64_t slot, uint64_t *word) {
    const uint64_t mask = 0xFFFFFFFFu;
    uint64_t mixed = (uint64_t)other & mask;
    mixed = ((mixed ^ (mixed >> 16)) * 0x85EBCA6Bu) & mask;
    mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35u) & mask;
    mixed ^= mixed >> 16;
    philox((uint64_t)run & mask, ((uint64_t)purpose << 24) & mask, (uint64_t)one & mask, (uint64_t)slot & mask,
           seed & mask, (seed >> 32) ^ mixed, word);
}

/* ---- Look: detection, noise, conversion; physics/detection.py, physics/radar.py, estimation/kalman.py */

static double accuracy(double width, double snr, double floor_value) {
    return sqrt(width * width / (2.0 * snr) + floor_value * floor_value);
}

static void convert(const double *basis, const double *antenna, double range, double azimuth, double elevation,
                    double sigma_range, double sigma_azimuth, double sigma_elevation, double *z, double *r) {
    double sa = sin(azimuth), ca = cos(azimuth), se = sin(elevation), ce = cos(elevation);
    double cross = range * ce * sigma_azimuth, rise = range * sigma_elevation;
    double vr = sigma_range * sigma_range, va = cross * cross, ve = rise * rise;
    for (int row = 0; row < 3; row++) {
        double east = basis[row], north = basis[3 + row], up = basis[6 + row];
        double level = sa * east + ca * north;
        double along = ce * level + se * up;
        double across = ca * east - sa * north;
        double upward = ce * up - se * level;
        z[row] = range * along;
        for (int column = row; column < 3; column++) {
            double east2 = basis[column], north2 = basis[3 + column], up2 = basis[6 + column];
            double level2 = sa * east2 + ca * north2;
            double value = vr * along * (ce * level2 + se * up2);
            value += va * across * (ca * east2 - sa * north2);
            value += ve * upward * (ce * up2 - se * level2);
            r[3 * row + column] = value;
            r[3 * column + row] = value;
        }
    }
    for (int row = 0; row < 3; row++) z[row] += antenna[row];
}

/* polar (n, 3) range, azimuth, elevation; who (n, 2) object, scan; z (n, 3) and r (n, 3, 3) written, zero: missed */
void look(int64_t n, uint64_t seed, const double *basis, const double *antenna, double constant, double pfa,
          const double *polar, const int64_t *who, double *z, double *r) {
    uint64_t word[4];
    double threshold = -log(pfa);
    for (int64_t i = 0; i < n; i++) {
        double range = polar[3 * i], snr = constant / (range * range * range * range);
        block(seed, 3, 1, 12345, who[2 * i], who[2 * i + 1], word);
        double u = ((double)((word[0] << 20) | (word[1] >> 12)) + 0.5) * TWO_TO_MINUS_52;
        double observed = -(1.0 + snr) * log(u);
        observed = observed > threshold ? observed - 1.0 : 0.0;
        if (observed <= 0.0) {
            for (int k = 0; k < 3; k++) z[3 * i + k] = 0.0;
            for (int k = 0; k < 9; k++) r[9 * i + k] = 0.0;
            continue;
        }
        block(seed, 3, 2, 12345, who[2 * i], who[2 * i + 1], word);
        double u0 = ((double)word[0] + 0.5) * TWO_TO_MINUS_32, u1 = ((double)word[1] + 0.5) * TWO_TO_MINUS_32;
        double u2 = ((double)word[2] + 0.5) * TWO_TO_MINUS_32, u3 = ((double)word[3] + 0.5) * TWO_TO_MINUS_32;
        double radius_a = sqrt(-2.0 * log(u0)), angle_a = TWO_PI * u1;
        double radius_b = sqrt(-2.0 * log(u2)), angle_b = TWO_PI * u3;
        double sigma_range = accuracy(150.0, observed, 20.0), sigma_angle = accuracy(0.02 / 1.6, observed, 0.001);
        convert(basis, antenna, range + radius_a * cos(angle_a) * sigma_range,
                polar[3 * i + 1] + radius_a * sin(angle_a) * sigma_angle,
                polar[3 * i + 2] + radius_b * cos(angle_b) * sigma_angle,
                sigma_range, sigma_angle, sigma_angle, z + 3 * i, r + 9 * i);
    }
}

/* ---- Gate: stages/track.py, estimation/kalman.py */

static void inverse(double m00, double m01, double m02, double m11, double m12, double m22, double *w) {
    double c00 = m11 * m22 - m12 * m12, c01 = m02 * m12 - m01 * m22, c02 = m01 * m12 - m02 * m11;
    double determinant = m00 * c00 + m01 * c01 + m02 * c02, scale = 1.0 / determinant;
    w[0] = c00 * scale, w[1] = c01 * scale, w[2] = c02 * scale;
    w[3] = (m00 * m22 - m02 * m02) * scale, w[4] = (m01 * m02 - m00 * m12) * scale;
    w[5] = (m00 * m11 - m01 * m01) * scale, w[6] = determinant;
}

static int near(const double *x, const double *p, double age, const double *z, const double *r, double gate) {
    double distance2 = 0.0, trace = 0.0, square = age * age, slack = 5.0 * square;
    for (int axis = 0; axis < 3; axis++) {
        double offset = z[axis] - x[axis] - age * x[3 + axis];
        distance2 += offset * offset;
        trace += r[4 * axis] + p[7 * axis];
        trace += age * (2.0 * p[6 * axis + 3 + axis] + age * p[21 + 7 * axis]);
    }
    return distance2 <= 2.0 * (gate * gate * (trace + 100.0 * square * fabs(age)) + slack * slack);
}

static double predicted_distance(const double *x, const double *p, double dt, double q, const double *z,
                                 const double *r, double *spread) {
    double half = 0.5 * dt * dt, w[7];
    double n0 = z[0] - x[0] - x[3] * dt, n1 = z[1] - x[1] - x[4] * dt, n2 = z[2] - x[2] - x[5] * dt;
    double noise = q * fabs(dt) * half * (2.0 / 3.0);
    inverse(p[0] + dt * (2.0 * p[3] + dt * p[21]) + noise + r[0], p[1] + dt * (p[4] + p[9] + dt * p[22]) + r[1],
            p[2] + dt * (p[5] + p[15] + dt * p[23]) + r[2], p[7] + dt * (2.0 * p[10] + dt * p[28]) + noise + r[4],
            p[8] + dt * (p[11] + p[16] + dt * p[29]) + r[5], p[14] + dt * (2.0 * p[17] + dt * p[35]) + noise + r[8], w);
    *spread = log(w[6]);
    return n0 * (w[0] * n0 + 2.0 * (w[1] * n1 + w[2] * n2)) + n1 * (w[3] * n1 + 2.0 * w[4] * n2) + n2 * w[5] * n2;
}

/* every plot against every track: cost (plots, tracks), 1e15 outside the gate */
void gate(int64_t tracks, int64_t plots, const double *x, const double *p, const double *age, double q, double limit,
          const double *z, const double *r, double *cost) {
    for (int64_t track = 0; track < tracks; track++)
        for (int64_t plot = 0; plot < plots; plot++) {
            double *out = cost + plot * tracks + track, spread, distance2;
            *out = 1e15;
            if (!near(x + 6 * track, p + 36 * track, age[track], z + 3 * plot, r + 9 * plot, limit)) continue;
            distance2 = predicted_distance(x + 6 * track, p + 36 * track, age[track], q, z + 3 * plot, r + 9 * plot,
                                           &spread);
            if (distance2 <= limit * limit) *out = distance2 + spread;
        }
}

/* ---- Filter: estimation/kalman.py */

static void predict(double *x, double *p, double dt, double q) {
    double half = 0.5 * dt * dt, spread = q * fabs(dt);
    for (int axis = 0; axis < 3; axis++) x[axis] += x[3 + axis] * dt;
    for (int row = 0; row < 3; row++)
        for (int column = row; column < 3; column++) {
            double value = p[6 * row + column] + dt * (p[6 * row + column + 3] + p[6 * column + row + 3] +
                                                       dt * p[6 * (row + 3) + column + 3]);
            p[6 * row + column] = value;
            p[6 * column + row] = value;
        }
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++) {
            double value = p[6 * row + column + 3] + dt * p[6 * (row + 3) + column + 3];
            p[6 * row + column + 3] = value;
            p[6 * (column + 3) + row] = value;
        }
    for (int axis = 0; axis < 3; axis++) {
        p[7 * axis] += spread * half * (2.0 / 3.0);
        p[6 * axis + axis + 3] += 0.5 * spread * dt;
        p[6 * (axis + 3) + axis] += 0.5 * spread * dt;
        p[7 * (axis + 3)] += spread;
    }
}

static void times(double a0, double a1, double a2, const double *w, double *g) {
    g[0] = a0 * w[0] + a1 * w[1] + a2 * w[2];
    g[1] = a0 * w[1] + a1 * w[3] + a2 * w[4];
    g[2] = a0 * w[2] + a1 * w[4] + a2 * w[5];
}

static double dot(const double *g, const double *r, int column) {
    return g[0] * r[column] + g[1] * r[3 + column] + g[2] * r[6 + column];
}

static void update(double *x, double *p, const double *z, const double *r) {
    double w[7], g[3];
    inverse(p[0] + r[0], p[1] + r[1], p[2] + r[2], p[7] + r[4], p[8] + r[5], p[14] + r[8], w);
    double n0 = z[0] - x[0], n1 = z[1] - x[1], n2 = z[2] - x[2];
    double w0 = w[0] * n0 + w[1] * n1 + w[2] * n2, w1 = w[1] * n0 + w[3] * n1 + w[4] * n2;
    double w2 = w[2] * n0 + w[4] * n1 + w[5] * n2;
    for (int row = 0; row < 6; row++) x[row] += p[6 * row] * w0 + p[6 * row + 1] * w1 + p[6 * row + 2] * w2;
    for (int row = 3; row < 6; row++) {
        times(p[6 * row], p[6 * row + 1], p[6 * row + 2], w, g);
        for (int column = row; column < 6; column++) {
            double value = p[6 * row + column] - (g[0] * p[6 * column] + g[1] * p[6 * column + 1] + g[2] * p[6 * column + 2]);
            p[6 * row + column] = value;
            p[6 * column + row] = value;
        }
    }
    for (int row = 3; row < 6; row++) {
        times(p[6 * row], p[6 * row + 1], p[6 * row + 2], w, g);
        for (int column = 0; column < 3; column++) {
            double value = dot(g, r, column);
            p[6 * row + column] = value;
            p[6 * column + row] = value;
        }
    }
    double a01 = p[1], a02 = p[2], a12 = p[8];
    times(p[0], a01, a02, w, g);
    p[0] = dot(g, r, 0);
    p[1] = p[6] = dot(g, r, 1);
    p[2] = p[12] = dot(g, r, 2);
    times(a01, p[7], a12, w, g);
    p[7] = dot(g, r, 1);
    p[8] = p[13] = dot(g, r, 2);
    times(a02, a12, p[14], w, g);
    p[14] = dot(g, r, 2);
}

/* each track predicted to its plot and updated with it; x (n, 6), p (n, 6, 6) in place */
void filter(int64_t n, double *x, double *p, const double *age, double q, const double *z, const double *r) {
    for (int64_t i = 0; i < n; i++) {
        predict(x + 6 * i, p + 36 * i, age[i], q);
        update(x + 6 * i, p + 36 * i, z + 3 * i, r + 9 * i);
    }
}
