#!/usr/bin/env bash
# Installs the grader on a GitHub-hosted runner (Ubuntu), into the course's own .venv.
set -euo pipefail
cd "$(dirname "$0")/../.."

sudo apt-get update -qq
sudo apt-get install -y -qq bubblewrap
# Ubuntu 23.10 and newer forbid user namespaces by AppArmor to programs without a profile.
sudo sysctl -qw kernel.apparmor_restrict_unprivileged_userns=0 || true
make isolation
