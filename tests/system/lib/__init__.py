# SPDX-License-Identifier: Apache-2.0
"""The laboratory of the system tests: namespaces, servers, clients, crafted packets."""
