# Sourced by test.sh after toolchain.sh: `use_chromium` puts a Chromium on PATH, and in CHROMIUM, for the journeys. Where the
# machine has none, Debian's packages are unpacked into .cache/chromium: no root is needed and the system stays as it is. The
# shell that has no window of its own comes first: the whole browser draws one all the same, and costs nearly twice the time.

use_chromium() {
  home="$root/.cache/chromium"
  for browser in chromium-headless-shell "$home/bin/chromium" chromium chromium-browser google-chrome; do
    browser=$(command -v "$browser") && "$browser" --version >/dev/null 2>&1 && break
    browser=
  done
  if [ -z "$browser" ]; then
    if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
      say "unpacking Debian's Chromium into .cache/chromium (about 100 MB to fetch) ..."
      rm -rf "$home"
      unpack_chromium && browser="$home/bin/chromium" && "$browser" --version >/dev/null 2>&1 || browser=
    fi
  fi
  if [ -n "$browser" ]; then
    PATH="$(dirname "$browser"):$PATH" CHROMIUM=$browser
    export PATH CHROMIUM
  else
    say "there is no Chromium, and Debian's could not be fetched: install one (Debian: apt-get install chromium); until then the browser's tests fail."
  fi
}

# apt with lists and archives of its own, so that no lock of the system's is wanted; it fetches only what is missing here.
private_apt() {
  apt-get -qq -o Dir::State::lists="$home/apt/lists" -o Dir::Cache="$home/apt" -o Dir::Cache::archives="$home/apt/archives" \
    -o Debug::NoLocking=true -o APT::Sandbox::User="$(id -un)" "$@" >&2
}

unpack_chromium() {
  mkdir -p "$home/apt/lists/partial" "$home/apt/archives/partial" "$home/root" "$home/bin" || return 1
  private_apt update || return 1
  for package in chromium-headless-shell chromium; do
    private_apt -y --no-install-recommends --download-only install $package fonts-liberation fonts-dejavu-core && break
  done
  for archive in "$home"/apt/archives/*.deb; do
    dpkg-deb -x "$archive" "$home/root" || return 1
  done
  rm -rf "$home/apt"
  libraries=$(find "$home/root" -name '*.so*' -exec dirname {} + | sort -u | paste -sd: -)
  cat >"$home/fonts.conf" <<EOF
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$home/root/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>$home/fonts</cachedir></fontconfig>
EOF
  cat >"$home/bin/chromium" <<EOF
#!/bin/sh
LD_LIBRARY_PATH='$libraries' FONTCONFIG_FILE='$home/fonts.conf' exec '$home/root/usr/lib/chromium/$package' "\$@"
EOF
  chmod +x "$home/bin/chromium"
}
