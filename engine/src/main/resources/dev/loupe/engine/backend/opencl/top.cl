// The highest values of rows with their places: first those of every chunk of a row, then of these the row's. A value
// and its place are one number, its key: greater for a higher value and, among equals, for an earlier place. All keys of
// a row differ, and none is 0.

#define CHUNK 8192
#define MOST 1024
#define ITEMS 64
#define BINS 256

#define KEYS(name) ((__global ulong *)(name##_memory + name##_at))

// Keys of n values from place first on, or, where there are no values, the keys given.
typedef struct {
    __global const float *values;
    __global const ulong *keys;
    int first;
    int n;
} Source;

inline float number(float v) {
    return isnan(v) ? -INFINITY : v;
}

inline ulong key_at(const Source *from, int i) {
    if (!from->values) {
        return from->keys[i];
    }
    float v = from->values[i];
    uint bits = v == 0 ? 0 : as_uint(number(v));
    uint rising = bits >> 31 ? ~bits : bits | 0x80000000;
    return (ulong)rising << 32 | ~(uint)(from->first + i);
}

inline float value_of(ulong key) {
    uint rising = key >> 32;
    return as_float(rising >> 31 ? rising & 0x7fffffff : ~rising);
}

inline float weight(float v, float highest, float temperature) {
    return number(v) == highest ? 1 : exp((number(v) - highest) / temperature);
}

// A number that just k of the keys reach, found digit by digit from the highest: a digit of the keys that agree with it
// so far is counted, until those that agree are as many as are still wanted. k is less than n.
inline ulong least_of(const Source *from, int k, __local uint *bins, __local uint *chosen) {
    ulong least = 0;
    uint wanted = k;
    for (int shift = 56; shift >= 0; shift -= 8) {
        for (int bin = get_local_id(0); bin < BINS; bin += ITEMS) {
            bins[bin] = 0;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = get_local_id(0); i < from->n; i += ITEMS) {
            ulong key = key_at(from, i);
            if (shift == 56 || (key ^ least) >> (shift + 8) == 0) {
                atomic_inc(bins + (key >> shift & (BINS - 1)));
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (get_local_id(0) == 0) {
            uint bin = BINS - 1;
            for (; bins[bin] < wanted; bin--) {
                wanted -= bins[bin];
            }
            chosen[0] = bin;
            chosen[1] = wanted;
            chosen[2] = bins[bin];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        least |= (ulong)chosen[0] << shift;
        wanted = chosen[1];
        if (chosen[2] == wanted) {
            break;
        }
    }
    return least;
}

// A group of 64 a chunk and row: found has the k keys of every chunk (rows, chunks, k), zeros where there are fewer, then
// the highest value of every chunk and, if there is a temperature, its mass beside that (rows, chunks, 2).
__kernel void top_of_chunks(TENSOR(x), TENSOR(found), int columns, int k, float temperature) {
    __local uint bins[BINS];
    __local uint chosen[3];
    __local uint kept;
    __local float shared[ITEMS];
    int item = get_local_id(0);
    long chunk = (long)get_group_id(1) * get_num_groups(0) + get_group_id(0);
    int first = get_group_id(0) * CHUNK;
    int n = min(CHUNK, columns - first);
    Source from = {FLOATS(x) + (long)get_group_id(1) * columns + first, 0, first, n};
    __global ulong *out = KEYS(found) + chunk * k;
    ulong least = 1;
    if (k < n) {
        least = least_of(&from, k, bins, chosen);
    }
    if (item == 0) {
        kept = 0;
    }
    float highest = -INFINITY;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = item; i < n; i += ITEMS) {
        ulong key = key_at(&from, i);
        highest = fmax(highest, number(from.values[i]));
        if (key >= least) {
            out[atomic_inc(&kept)] = key;
        }
    }
    shared[item] = highest;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = kept + item; i < k; i += ITEMS) {
        out[i] = 0;
    }
    for (int i = 0; i < ITEMS; i++) {
        highest = fmax(highest, shared[i]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = 0;
    for (int i = item; i < n && temperature > 0; i += ITEMS) {
        sum += weight(from.values[i], highest, temperature);
    }
    shared[item] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item == 0) {
        for (int i = 1; i < ITEMS; i++) {
            sum += shared[i];
        }
        __global float *mass = (__global float *)(KEYS(found) + get_num_groups(0) * get_num_groups(1) * k) + 2 * chunk;
        mass[0] = highest;
        mass[1] = sum;
    }
}

// A group of 64 a row: out (rows, 2 * k + 1) has the values, falling, their places, and the mass.
__kernel void top_of_rows(TENSOR(found), TENSOR(out), int chunks, int k, float temperature) {
    __local uint bins[BINS];
    __local uint chosen[3];
    __local uint kept;
    __local ulong highest[MOST];
    int item = get_local_id(0);
    long row = get_group_id(0);
    Source from = {0, KEYS(found) + row * chunks * k, 0, chunks * k};
    ulong least = 1;
    if (k < from.n) {
        least = least_of(&from, k, bins, chosen);
    }
    if (item == 0) {
        kept = 0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = item; i < from.n; i += ITEMS) {
        if (from.keys[i] >= least) {
            highest[atomic_inc(&kept)] = from.keys[i];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    __global float *to = FLOATS(out) + row * (2 * k + 1);
    for (int i = item; i < k; i += ITEMS) {
        int before = 0;
        for (int j = 0; j < k; j++) {
            before += highest[j] > highest[i];
        }
        to[before] = value_of(highest[i]);
        to[k + before] = ~(uint)highest[i];
    }
    if (item == 0) {
        __global const float *masses = (__global float *)(KEYS(found) + get_num_groups(0) * chunks * k) + 2 * row * chunks;
        float best = -INFINITY;
        float mass = 0;
        for (int c = 0; c < chunks; c++) {
            best = fmax(best, masses[2 * c]);
        }
        for (int c = 0; c < chunks && temperature > 0; c++) {
            mass += weight(masses[2 * c], best, temperature) * masses[2 * c + 1];
        }
        to[2 * k] = mass;
    }
}

// Logits of tokens seen, n ids, each once.
__kernel void penalise(TENSOR(x), TENSOR(ids), float penalty, int n) {
    int i = get_global_id(0);
    if (i < n) {
        __global float *at = FLOATS(x) + INTS(ids)[i];
        *at = *at > 0 ? *at / penalty : *at * penalty;
    }
}
