// CUDA's blocks, warps and barriers on one core, for the kernels of swap_gpu.cu: a thread is a context that runs until it waits for others.
//
// A block's threads meet at __syncthreads, a warp's at every function whose name ends in _sync. A barrier that some of them never reach ends the program
// with a message: on a GPU it would hang or go wrong.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <ucontext.h>
#include <vector>

#define __device__
#define __global__
#define __shared__ static
#define __launch_bounds__(threads)
using std::fabs;
using std::fmax;
using std::log;
using std::min;
using std::rint;
using std::sqrt;

struct Dimensions { int x; };
static Dimensions threadIdx, blockIdx;
static double emulated_shared[1 << 15];

enum State { READY, AT_BLOCK, AT_WARP, DONE };
struct Thread { ucontext_t context; std::vector<char> stack; State state; };
static std::vector<Thread> threads;
static ucontext_t scheduler;
static std::function<void()> kernel;
static int current;
static uint64_t slots[1024];

static void wait_at(State where) {
    threads[current].state = where;
    swapcontext(&threads[current].context, &scheduler);
}
static void __syncthreads() { wait_at(AT_BLOCK); }
static void __syncwarp() { wait_at(AT_WARP); }
static uint64_t exchanged(uint64_t mine, int lane) {
    slots[current] = mine;
    __syncwarp();
    uint64_t theirs = slots[current / 32 * 32 + lane];
    __syncwarp();
    return theirs;
}
static unsigned __ballot_sync(unsigned, bool mine) {
    slots[current] = mine;
    __syncwarp();
    unsigned all = 0;
    for (int lane = 0; lane < 32; lane++) all |= (unsigned)slots[current / 32 * 32 + lane] << lane;
    __syncwarp();
    return all;
}
static bool __any_sync(unsigned mask, bool mine) { return __ballot_sync(mask, mine) != 0; }
static double __shfl_xor_sync(unsigned, double value, int apart) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    bits = exchanged(bits, (current % 32) ^ apart);
    memcpy(&value, &bits, 8);
    return value;
}
static int __popc(unsigned bits) { return __builtin_popcount(bits); }
static int __ffs(unsigned bits) { return __builtin_ffs((int)bits); }
template <class T> T atomicOr(T* place, T bits) { T before = *place; *place |= bits; return before; }
template <class T> T atomicAdd(T* place, T value) { T before = *place; *place += value; return before; }

static void run_thread() {
    kernel();
    threads[current].state = DONE;
    swapcontext(&threads[current].context, &scheduler);
}
static bool release(int from, int to, State where) {  // whether all that are not done wait there; then they go on
    bool any = false;
    for (int n = from; n < to; n++) {
        if (threads[n].state != where && threads[n].state != DONE) return false;
        any |= threads[n].state == where;
    }
    for (int n = from; n < to; n++) if (threads[n].state == where) threads[n].state = READY;
    return any;
}
static void run_grid(int blocks, int count, std::function<void()> work) {
    kernel = work;
    threads.resize(count);
    for (int block = 0; block < blocks; block++) {
        blockIdx.x = block;
        for (Thread& thread : threads) {
            thread.stack.resize(1 << 16);
            thread.state = READY;
            getcontext(&thread.context);
            thread.context.uc_stack.ss_sp = thread.stack.data();
            thread.context.uc_stack.ss_size = thread.stack.size();
            thread.context.uc_link = nullptr;
            makecontext(&thread.context, run_thread, 0);
        }
        for (;;) {
            bool ran = false, done = true;
            for (int n = 0; n < count; n++)
                if (threads[n].state == READY) {
                    ran = true, current = threadIdx.x = n;
                    swapcontext(&scheduler, &threads[n].context);
                }
            for (int warp = 0; warp < count; warp += 32) ran |= release(warp, warp + 32, AT_WARP);
            ran |= release(0, count, AT_BLOCK);
            for (Thread& thread : threads) done &= thread.state == DONE;
            if (done) break;
            if (!ran) fprintf(stderr, "a barrier that some threads never reach\n"), abort();
        }
    }
}
