#ifndef HULL_CPREFETCH_PREFETCH_H
#define HULL_CPREFETCH_PREFETCH_H

// Asks the processor to fetch memory that will soon be read, which it may do or not; nothing else
// happens, even if the address is not valid. Swift has no name for the instruction.
static inline void hull_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
