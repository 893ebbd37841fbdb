/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What macOS answers an app that asks for its extension, in words: apps print the error's
 * domain and number alone (docs/facts.md#handoff). Pure.
 */
#ifndef KMUTIL_HELPERS_SYSEXT_ERROR_H
#define KMUTIL_HELPERS_SYSEXT_ERROR_H

/* The meaning of the first such error in a text, with what to do; NULL: there is none, or its
 * number is not known. Not freed. */
const char *sysext_error_means(const char *text);

#endif
