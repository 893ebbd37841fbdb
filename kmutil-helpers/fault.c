/* SPDX-License-Identifier: BSD-2-Clause */
/* The sentences of fault.h. */
#include <string.h>

#include "kmutil-helpers/fault.h"

static const char *const fault_sentences[] = {
#define FAULT_SENTENCE(name, sentence) sentence,
	FAULT_TABLE(FAULT_SENTENCE)
#undef FAULT_SENTENCE
};

const char *
fault_sentence(int code)
{
	if (code <= -FAULT_END || code > 0)
		return "failed for an unknown reason";
	if (code < -FAULT_BASE)
		return fault_sentences[-code - FAULT_BASE - 1];
	return strerror(-code);
}
