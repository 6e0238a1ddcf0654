// Swap Monte Carlo on a GPU: a chain to a block, a move to a warp. The chain is that of counted.py, which says what a move is.
//
// The warps of a block judge the next moves side by side, each by the present state. Then they look which of them hold: a move holds if no move before
// it in this round was accepted that changed a place by which it was judged. Those up to the first that does not hold are carried out, and the next
// round begins with that one. So every move is judged by the state that all moves before it left, and the chain is that of one move after the other.
//
// Compiled with N, CAPACITY (of a list), WARPS, SHARED (1: a block keeps its bodies in shared memory), DIMENSION, EDGES, RANGE, CUTOFF2, SCALE, ENERGY,
// NONADDITIVITY, GROWTH, REST, TRIAL, SHRUNK, SWAP_FRACTION, SWAP_RANGE, EVEN and INVERSE, the coefficients of the potential (models/potential.py).
//
// In memory, for each chain: body and reference (N, 4) = x, y, z, size; lists (N, CAPACITY) and their lengths (N,), as in neighbourhood.py.

typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned short u16;

constexpr int THREADS = 32 * WARPS;
constexpr u32 ALL = 0xffffffffu;

struct Trial {
    int who[2], parts;
    bool accepted;
    double now[2][4], then[2][4];
};

__device__ double mixed_size(double a, double b) { return 0.5 * (a + b) * (1.0 - NONADDITIVITY * fabs(a - b)); }

// From a to the nearest image of b, along one axis.
__device__ double nearest(const double* a, const double* b, int axis) {
    constexpr double edges[] = EDGES;
    double apart = b[axis] - a[axis];
    return apart - edges[axis] * rint(apart * (1.0 / edges[axis]));
}

__device__ double square(const double* a, const double* b) {
    double total = 0.0;
    for (int axis = 0; axis < 3; axis++) {
        double apart = nearest(a, b, axis);
        total += apart * apart;
    }
    return total;
}

__device__ double pair_energy(double r2, double lambda_ij) {
    constexpr double even[] = EVEN, inverse[] = INVERSE;
    double scale2 = lambda_ij * lambda_ij;
    if (r2 >= CUTOFF2 * scale2) return 0.0;
    double w = 1.0 / (r2 * scale2), y = r2 * r2 * w, total = 0.0, repulsion = 0.0;
    w *= scale2 * scale2;
    for (int k = sizeof(inverse) / sizeof(double) - 1; k >= 0; k--) repulsion = (repulsion + inverse[k]) * w;
    for (int k = sizeof(even) / sizeof(double) - 1; k >= 0; k--) total = total * y + even[k];
    return ENERGY * (total + repulsion);
}

// First and second derivative of the energy of a pair by its squared distance.
__device__ void pair_slopes(double r2, double lambda_ij, double& first, double& second) {
    constexpr double even[] = EVEN, inverse[] = INVERSE;
    double scale2 = lambda_ij * lambda_ij, y = r2 / scale2, w = scale2 / r2, of_even = 0.0, of_inverse = 0.0, bend_even = 0.0, bend_inverse = 0.0;
    first = second = 0.0;
    if (r2 >= CUTOFF2 * scale2) return;
    for (int k = sizeof(even) / sizeof(double) - 1; k >= 1; k--) of_even = of_even * y + k * even[k];
    for (int k = sizeof(even) / sizeof(double) - 1; k >= 2; k--) bend_even = bend_even * y + k * (k - 1) * even[k];
    for (int k = sizeof(inverse) / sizeof(double); k >= 1; k--) {
        of_inverse = (of_inverse + k * inverse[k - 1]) * w;
        bend_inverse = (bend_inverse + k * (k + 1) * inverse[k - 1]) * w;
    }
    first = ENERGY * (of_even - of_inverse * w) / scale2;
    second = ENERGY * (bend_even + bend_inverse * w * w) / (scale2 * scale2);
}

__device__ void philox(u32 low, u32 high, u32 third, u32 k0, u32 k1, u32* out) {
    u32 x0 = low, x1 = high, x2 = third, x3 = 0;
    for (int round = 0; round < 10; round++) {
        u64 first = (u64)0xD2511F53u * x0, second = (u64)0xCD9E8D57u * x2;
        x0 = (u32)(second >> 32) ^ x1 ^ k0, x1 = (u32)second;
        x2 = (u32)(first >> 32) ^ x3 ^ k1, x3 = (u32)first;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    out[0] = x0, out[1] = x1, out[2] = x2, out[3] = x3;
}

__device__ double over_warp(double value) {
    for (int apart = 16; apart > 0; apart /= 2) value += __shfl_xor_sync(ALL, value, apart);
    return value;
}

// What the energy of particle i gains if it goes from `now` to `then`; the pair with particle `skip` does not count. By a warp.
__device__ double cost(int i, const double* now, const double* then, int skip, bool moves, const double* body, const u16* lists, const int* lengths) {
    double gained = 0.0;
    const u16* mine = lists + (size_t)i * CAPACITY;
    for (int k = threadIdx.x % 32; k < lengths[i]; k += 32) {
        int j = mine[k];
        if (j == skip) continue;
        const double* other = body + 4 * j;
        double before = square(now, other), after = moves ? square(then, other) : before;
        double lambda = SCALE * mixed_size(now[3], other[3]);
        gained += pair_energy(after, moves ? lambda : SCALE * mixed_size(then[3], other[3])) - pair_energy(before, lambda);
    }
    return over_warp(gained);
}

// Judge move `move` by the present state. By a warp; all its lanes hold the same trial.
__device__ void judge(u64 move, const u32* key, double temperature, double step, const double* body, const u16* lists, const int* lengths, Trial& t) {
    u32 words[8];
    philox((u32)move, (u32)(move >> 32), 0, key[0], key[1], words);
    philox((u32)move, (u32)(move >> 32), 1, key[0], key[1], words + 4);
    t.parts = words[1] * 0x1p-32 < SWAP_FRACTION ? 2 : 1;
    t.who[0] = (int)(((u64)words[0] * N) >> 32);
    t.who[1] = t.parts == 2 ? (int)(((u64)words[2] * N) >> 32) : -1;
    t.accepted = false;
    for (int part = 0; part < t.parts; part++)
        for (int axis = 0; axis < 4; axis++) t.now[part][axis] = t.then[part][axis] = body[4 * t.who[part] + axis];
    if (t.parts == 1)
        for (int axis = 0; axis < DIMENSION; axis++) t.then[0][axis] += step * (2.0 * ((words[2 + axis] + 0.5) * 0x1p-32) - 1.0);
    else {
        if (t.who[0] == t.who[1] || fabs(t.now[0][3] - t.now[1][3]) > SWAP_RANGE) return;
        t.then[0][3] = t.now[1][3], t.then[1][3] = t.now[0][3];
    }
    double uniform = ((double)(words[5] >> 5) * 67108864.0 + (double)(words[6] >> 6) + 1.0) * 0x1p-53;
    double allowed = -temperature * log(uniform), gained = 0.0;
    for (int part = 0; part < t.parts; part++)
        gained += cost(t.who[part], t.now[part], t.then[part], t.who[1 - part], t.parts == 1, body, lists, lengths);
    t.accepted = gained <= allowed;
}

// Whether trial a, if it is accepted, changes a place by which trial b was judged; never wrongly no.
__device__ bool touches(const Trial& a, const Trial& b) {
    for (int p = 0; p < a.parts; p++)
        for (int q = 0; q < b.parts; q++) {
            if (a.who[p] == b.who[q]) return true;
            double large = fmax(a.now[p][3], a.then[p][3]), other = fmax(b.now[q][3], b.then[q][3]), moved = 0.0;
            if (a.parts == 1) moved += sqrt(square(a.now[p], a.then[p]));
            if (b.parts == 1) moved += sqrt(square(b.now[q], b.then[q]));
            double reach = RANGE * 0.5 * (large + other) + moved;
            if (square(a.now[p], b.now[q]) < reach * reach) return true;
        }
    return false;
}

__device__ double used_skin(const double* body, const double* reference) {
    double total = 0.0;
    for (int axis = 0; axis < 3; axis++) total += (body[axis] - reference[axis]) * (body[axis] - reference[axis]);
    return sqrt(total) + GROWTH * fmax(0.0, body[3] - reference[3]);
}

__device__ bool outgrown(const double* body, const double* reference) {
    return used_skin(body, reference) > REST || body[3] < reference[3] - SHRUNK * REST;
}

__device__ bool listed(const double* a, const double* b) {
    double reach = RANGE * mixed_size(a[3], b[3]) + REST + TRIAL;
    return square(a, b) < reach * reach;
}

struct Renewal {
    int found[WARPS], leaving[CAPACITY], left;
    u32 known[(N + 31) / 32];
};

// Give particle i a new reference and a new list, in the order of the particles, and tell those that come or go. By a block.
__device__ void renew(int i, const double* body, double* references, u16* lists, int* lengths, Renewal& r, int* overflow) {
    int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
    u16* mine = lists + (size_t)i * CAPACITY;
    for (int k = thread; k < (N + 31) / 32; k += THREADS) r.known[k] = 0;
    if (thread < 4) references[4 * i + thread] = body[4 * i + thread];
    if (thread == 0) r.left = 0;
    __syncthreads();
    for (int k = thread; k < lengths[i]; k += THREADS) atomicOr(&r.known[mine[k] / 32], 1u << (mine[k] % 32));
    __syncthreads();
    const double* own = references + 4 * i;
    int total = 0;
    for (int base = 0; base < N; base += THREADS) {
        int j = base + thread;
        bool near = j < N && j != i && listed(own, references + 4 * j), old = j < N && (r.known[j / 32] >> (j % 32) & 1);
        u32 which = __ballot_sync(ALL, near);
        if (lane == 0) r.found[warp] = __popc(which);
        __syncthreads();
        int place = total + __popc(which & ((1u << lane) - 1));
        for (int w = 0; w < WARPS; w++) {
            place += w < warp ? r.found[w] : 0;
            total += r.found[w];
        }
        if (near && place < CAPACITY) mine[place] = (u16)j;
        if (near && !old) {
            if (lengths[j] < CAPACITY) lists[(size_t)j * CAPACITY + lengths[j]++] = (u16)i;
            else *overflow = 1;
        }
        if (old && !near) r.leaving[atomicAdd(&r.left, 1)] = j;
        __syncthreads();
    }
    if (thread == 0) {
        if (total > CAPACITY) *overflow = 1;
        lengths[i] = min(total, CAPACITY);
    }
    for (int n = warp; n < r.left; n += WARPS) {
        int j = r.leaving[n], last = lengths[j] - 1;
        u16* theirs = lists + (size_t)j * CAPACITY;
        for (int k = lane; k <= last; k += 32)
            if (theirs[k] == i) theirs[k] = theirs[last];
        __syncwarp();
        if (lane == 0) lengths[j] = last;
    }
    __syncthreads();
}

// Make `moves` moves of each chain of `which`, from its number `first` on; adds to counts (chains, 4).
extern "C" __global__ void __launch_bounds__(THREADS)
advance(const int* which, double* all_bodies, double* all_references, u16* all_lists, int* all_lengths, const u32* keys, const double* temperatures,
        const double* steps, const u64* firsts, const u64* wanted, u64* counts, int* overflows) {
    extern __shared__ double shared_body[];
    __shared__ Trial trials[WARPS];
    __shared__ bool holds[WARPS];
    __shared__ int stale[WARPS][2];
    __shared__ Renewal renewal;
    int chain = which[blockIdx.x], lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    double* far = all_bodies + (size_t)chain * N * 4;
    double* references = all_references + (size_t)chain * N * 4;
    u16* lists = all_lists + (size_t)chain * N * CAPACITY;
    int* lengths = all_lengths + (size_t)chain * N;
    double* body = SHARED ? shared_body : far;
    if (SHARED) for (int k = threadIdx.x; k < 4 * N; k += THREADS) body[k] = far[k];
    __syncthreads();
    u64 first = firsts[chain], moves = wanted[chain], done = 0;
    u32 mine[4] = {0, 0, 0, 0};
    while (done < moves) {
        Trial trial;
        bool active = done + warp < moves;
        judge(first + done + warp, keys + 2 * chain, temperatures[chain], steps[chain], body, lists, lengths, trial);
        if (lane == 0) trials[warp] = trial;
        __syncthreads();
        bool clash = lane < warp && trials[lane].accepted && touches(trials[lane], trial);
        bool any = __any_sync(ALL, clash);
        if (lane == 0) holds[warp] = active && !any;
        __syncthreads();
        u32 sound = __ballot_sync(ALL, lane < WARPS && holds[lane]);
        int held = __ffs(~sound) - 1;
        if (WARPS == 32 && sound == ALL) held = 32;
        if (lane < 2) stale[warp][lane] = -1;
        if (warp < held) {
            mine[2 * (trial.parts - 1)]++;
            if (trial.accepted) {
                mine[2 * trial.parts - 1]++;
                if (lane < trial.parts) {
                    int i = trial.who[lane];
                    for (int axis = 0; axis < 4; axis++) body[4 * i + axis] = lane == 0 ? trial.then[0][axis] : trial.then[1][axis];
                    if (outgrown(body + 4 * i, references + 4 * i)) stale[warp][lane] = i;
                }
            }
        }
        __syncthreads();
        for (int n = 0; n < 2 * held; n++)
            if (stale[n / 2][n % 2] >= 0) renew(stale[n / 2][n % 2], body, references, lists, lengths, renewal, overflows + chain);
        done += held;
    }
    __syncthreads();
    if (SHARED) for (int k = threadIdx.x; k < 4 * N; k += THREADS) far[k] = body[k];
    if (lane == 0) for (int kind = 0; kind < 4; kind++) atomicAdd(counts + 4 * chain + kind, (u64)mine[kind]);
}

// References and lists anew, in the order of the particles, for each chain of `which`.
extern "C" __global__ void __launch_bounds__(THREADS)
fill(const int* which, const double* all_bodies, double* all_references, u16* all_lists, int* all_lengths, int* overflows) {
    int chain = which[blockIdx.x], lane = threadIdx.x % 32;
    const double* body = all_bodies + (size_t)chain * N * 4;
    double* references = all_references + (size_t)chain * N * 4;
    for (int k = threadIdx.x; k < 4 * N; k += THREADS) references[k] = body[k];
    for (int i = threadIdx.x / 32; i < N; i += WARPS) {
        u16* mine = all_lists + ((size_t)chain * N + i) * CAPACITY;
        int total = 0;
        for (int base = 0; base < N; base += 32) {
            int j = base + lane;
            bool near = j < N && j != i && listed(body + 4 * i, body + 4 * j);
            u32 found = __ballot_sync(ALL, near);
            int place = total + __popc(found & ((1u << lane) - 1));
            if (near && place < CAPACITY) mine[place] = (u16)j;
            total += __popc(found);
        }
        if (lane == 0) {
            if (total > CAPACITY) overflows[chain] = 1;
            all_lengths[(size_t)chain * N + i] = min(total, CAPACITY);
        }
    }
}

// What each chain of `which` shows, summed in one order: potential energy, |grad U|^2, Laplacian of U, and virial, into (chains, 4).
extern "C" __global__ void __launch_bounds__(THREADS)
measure(const int* which, const double* all_bodies, const u16* all_lists, const int* all_lengths, double* measures) {
    __shared__ double parts[WARPS][4];
    int chain = which[blockIdx.x], lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const double* body = all_bodies + (size_t)chain * N * 4;
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    for (int i = warp; i < N; i += WARPS) {
        const u16* mine = all_lists + ((size_t)chain * N + i) * CAPACITY;
        double gradient[3] = {0.0, 0.0, 0.0};
        for (int k = lane; k < all_lengths[(size_t)chain * N + i]; k += 32) {
            const double *a = body + 4 * i, *b = body + 4 * mine[k];
            double r2 = square(a, b), lambda = SCALE * mixed_size(a[3], b[3]), first, second;
            pair_slopes(r2, lambda, first, second);
            for (int axis = 0; axis < 3; axis++) gradient[axis] -= 2.0 * first * nearest(a, b, axis);
            sums[0] += 0.5 * pair_energy(r2, lambda);  // half of a pair, for both particles list it
            sums[2] += 2.0 * DIMENSION * first + 4.0 * r2 * second;
            sums[3] -= r2 * first;
        }
        for (int axis = 0; axis < 3; axis++) {
            double total = over_warp(gradient[axis]);
            sums[1] += lane == 0 ? total * total : 0.0;
        }
    }
    for (int kind = 0; kind < 4; kind++) {
        double total = over_warp(sums[kind]);
        if (lane == 0) parts[warp][kind] = total;
    }
    __syncthreads();
    if (threadIdx.x < 4) {
        double total = 0.0;
        for (int w = 0; w < WARPS; w++) total += parts[w][threadIdx.x];
        measures[4 * (size_t)chain + threadIdx.x] = total;
    }
}
