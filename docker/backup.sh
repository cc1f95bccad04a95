#!/bin/sh
# A dump of the database, for a line of cron: docker/backup.sh [FOLDER [DAYS]]
#
# Outside the checkout, readable by its owner alone, under its name only when it is whole. Dumps
# older than DAYS go when a new one stands; when it fails, all stay and the exit code is not 0.
set -eu
umask 077
folder=${1:-/var/backups/imtplan}
days=${2:-30}
file=$folder/imtplan-$(date +%F).dump

mkdir -p "$folder"
chmod 0700 "$folder"
docker compose --project-directory "$(dirname "$0")/.." exec -T postgres \
    pg_dump --username=imtplan --format=custom imtplan > "$file.part"
mv "$file.part" "$file"
find "$folder" -maxdepth 1 -name 'imtplan-*.dump' -mtime "+$days" -delete
