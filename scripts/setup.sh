#!/bin/sh
# Installs what a fresh Debian or Ubuntu machine with Rust lacks; does nothing where all is there.
#   scripts/setup.sh                  what building, testing and opening the window need
#   scripts/setup.sh --with-oracles   also GDAL, against which some tests hold our files (else they are skipped)
set -eu

build="build-essential pkg-config cmake sqlite3"
headless="libvulkan1 mesa-vulkan-drivers libegl1 libgl1 libgl1-mesa-dri"
window="xvfb xauth libxkbcommon0 libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2 libx11-xcb1"
fonts="fonts-noto-cjk fonts-inter"
oracles="gdal-bin"

wanted="$build $headless $window $fonts"
case "${1-}" in
"") ;;
--with-oracles) wanted="$wanted $oracles" ;;
*)
    echo "usage: scripts/setup.sh [--with-oracles]" >&2
    exit 2
    ;;
esac

say() { printf '%s\n' "$@" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# Rust with rustfmt and clippy.
if ! have cargo; then
    say "Rust was not found; nothing was installed. Install it from https://rustup.rs and run this again." \
        "没有找到 Rust，未安装任何东西。请先从 https://rustup.rs 安装，再运行一次。"
    exit 1
fi
for part in rustfmt clippy; do
    case $part in rustfmt) probe="rustfmt" ;; *) probe="cargo-clippy" ;; esac
    if ! "$probe" --version >/dev/null 2>&1; then
        if ! { have rustup && rustup component add "$part" >&2; }; then
            say "$part is missing and could not be added. Run: rustup component add $part" \
                "缺少 $part，未能自动添加。请运行：rustup component add $part"
            exit 1
        fi
    fi
done

# Elsewhere than on Debian: look for the tools, name the packages.
if ! { have dpkg-query && have apt-get; }; then
    missing=""
    tools="cmake sqlite3"
    case "$(uname -s)" in MINGW* | MSYS* | CYGWIN*) ;; *) tools="cc $tools" ;; esac
    for tool in $tools; do have "$tool" || missing="$missing $tool"; done
    [ -z "$missing" ] && exit 0
    say "These tools were not found:$missing. Nothing was installed. Install them and run this again:" \
        "没有找到这些工具：$missing。未安装任何东西。请安装后再运行一次：" \
        "  Fedora   sudo dnf install gcc gcc-c++ make pkgconf cmake sqlite mesa-vulkan-drivers mesa-libEGL libxkbcommon-x11 google-noto-sans-cjk-fonts rsms-inter-fonts" \
        "  Arch     sudo pacman -S --needed base-devel cmake sqlite vulkan-swrast libxkbcommon-x11 noto-fonts-cjk inter-font" \
        "  macOS    xcode-select --install; brew install cmake sqlite; brew install --cask font-noto-sans-cjk-sc font-inter" \
        "  Windows  winget install Kitware.CMake SQLite.SQLite Microsoft.VisualStudio.2022.BuildTools (C++ workload);" \
        "           Noto Sans CJK SC from https://github.com/notofonts/noto-cjk/releases, Inter from https://rsms.me/inter"
    exit 1
fi

# One question to dpkg; a package counts only when it is fully installed ("ii").
lacking() {
    # shellcheck disable=SC2086 # the list is meant to fall apart into words
    there=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' $wanted 2>/dev/null | sed -n 's/^.i *//p' | tr '\n' ' ')
    for package in $wanted; do
        case " $there" in *" $package "*) ;; *) printf '%s ' "$package" ;; esac
    done
}

missing=$(lacking)
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    root=""
elif have sudo && sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    say "These packages are missing and installing them needs root. Nothing was changed. Run this line, then the command again:" \
        "缺少以下软件包，安装需要管理员权限；未作任何改动。请运行下面这一行，然后重新运行原来的命令：" \
        "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
    exit 1
fi

apt() { $root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >&2; }
say "Installing: $missing"
# shellcheck disable=SC2086
if ! { apt update && apt install --no-install-recommends $missing; }; then
    say "apt-get could not install all of: $missing" \
        "What it said stands above; what was installed stays. Put it right (network, package sources) and run this again." \
        "apt-get 未能装齐上述软件包，原因见上；已装好的会保留。请检查网络和软件源后再运行一次。"
    exit 1
fi
