#!/bin/sh
# What the image starts: the command, if it is given one; else the stack of the working directory, or of the image.
set -eu
case "${1-}" in
    "") ;;
    # DynamoDB Local's image starts java with the flags of its command.
    -*) exec java "$@" ;;
    *)
        # Programs on PATH, not words of the shell: `exec` and `wait` are commands of nestbox.
        if which "$1" >/dev/null 2>&1; then exec "$@"; else exec nestbox "$@"; fi
        ;;
esac
# A port that is only a number: Kubernetes gives variables of this kind with addresses of services.
case "${ZOOKEEPER_CLIENT_PORT-}" in
    "" | *[!0-9]*) ;;
    *)
        if [ -z "${KAFKA_ADVERTISED_LISTENERS-}${KAFKA_LISTENERS-}${KAFKA_ZOOKEEPER_CONNECT-}" ]; then
            exec nestbox up --stack /etc/nestbox/zookeeper.yaml --data memory --only zookeeper
        fi
        ;;
esac
if [ -e nestbox.yaml ] || [ -n "${NESTBOX_STACK-}" ]; then exec nestbox up; fi
exec nestbox up --stack /nestbox/nestbox.yaml
