#include "textflag.h"

// func lines(place unsafe.Pointer, n int)
TEXT ·lines(SB), NOSPLIT|NOFRAME, $0-16
	MOVQ place+0(FP), AX
	MOVQ n+8(FP), CX
next:
	SUBQ $1, CX
	JLT  done
	PREFETCHT0 (AX)
	ADDQ $64, AX
	JMP  next
done:
	RET
