/* SPDX-License-Identifier: BSD-2-Clause */
/* The image as it was linked for macOS: bytes between two names. */
	.section .rodata
	.balign 4096
	.globl image_begin, image_end
image_begin:
	.incbin IMAGE
image_end:
	.section .note.GNU-stack, "", @progbits
