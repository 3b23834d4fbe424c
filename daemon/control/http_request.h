/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_request: one request over HTTP: its head, who asks, its body, the answer. Called back by the
 * library, under channel_http.c.
 */
#ifndef LESSOR_DAEMON_CONTROL_HTTP_REQUEST_H
#define LESSOR_DAEMON_CONTROL_HTTP_REQUEST_H

#include "daemon/control/channel_http.h"

/* cls: struct http_listener; see the library's MHD_AccessHandlerCallback. */
enum MHD_Result http_request_on_data(void *cls, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **state);

/* The request in *state has ended, well or not; see MHD_RequestCompletedCallback. */
void http_request_on_end(void *cls, struct MHD_Connection *mhd, void **state,
	enum MHD_RequestTerminationCode how);

/* The body of an answer that says no more than its status. */
#define HTTP_ERROR_SIZE 80
const char *http_error_body(unsigned status, char buf[HTTP_ERROR_SIZE]);

#endif
