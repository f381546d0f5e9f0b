#!/bin/sh
# Becomes the command.
set -e

exec "$@"
