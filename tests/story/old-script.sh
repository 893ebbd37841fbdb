# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The clean-up script of the user's report (docs/facts.md#seed), for the example
# vendor. Runs on the simulated Mac, as root. $1: "first" on macOS 13, "again" later.
package=com.example.capture.pkg
rm -f /System/Volumes/Preboot/*/boot/*/System/Library/Caches/com.apple.kernelcaches/kernelcache.auxkc*
if [ "$1" = first ]; then
  rm -r /Library/Extensions/ExampleCaptureDriver.kext /Library/Extensions/ExampleCaptureEvent.kext
  pkgutil --only-files --files "$package" | while read -r file; do rm -f "/$file"; done
  pkgutil --forget "$package"
fi
kextcache --clear-staging
[ "$1" = first ] || kmutil rebuild
kcditto
kmutil install --update-preboot
exit 0
