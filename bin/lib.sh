# Shared by the launch scripts; POSIX sh. The caller sets ROOT (the repository) and then sources this file.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$(basename -- "$0"): $*"
    exit 1
}

# Prints the feature version of the JDK at $1, or nothing if there is no JDK.
jdk_version() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9]*\).*/\1/p' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9][0-9]*\).*/\1/p'
    fi
}

is_jdk_25() {
    feature=$(jdk_version "$1")
    [ -n "$feature" ] && [ "$feature" -ge 25 ]
}

# Follows symbolic links of $1 to the file itself. No readlink -f: not every system has it.
real_file() {
    file=$1
    while [ -h "$file" ]; do
        link=$(readlink -- "$file")
        case $link in
            /*) file=$link ;;
            *) file=$(dirname -- "$file")/$link ;;
        esac
    done
    printf '%s/%s\n' "$(CDPATH='' cd -P -- "$(dirname -- "$file")" && pwd)" "$(basename -- "$file")"
}

jdk_on_path() {
    java=$(command -v java) || return 0
    home=$(dirname -- "$(dirname -- "$(real_file "$java")")")
    if [ ! -x "$home/bin/javac" ]; then # a shim of jenv, asdf or mise, which knows the real place
        home=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
    fi
    printf '%s\n' "$home"
}

# Sets JDK to the home of a JDK 25 or newer, or stops with a message.
find_jdk() {
    if [ -n "${WAXWING_JAVA_HOME:-}" ]; then
        is_jdk_25 "$WAXWING_JAVA_HOME" || fail "WAXWING_JAVA_HOME=$WAXWING_JAVA_HOME is not a JDK 25 or newer."
        JDK=$WAXWING_JAVA_HOME
        return
    fi
    if [ -n "${JAVA_HOME:-}" ] && is_jdk_25 "$JAVA_HOME"; then
        JDK=$JAVA_HOME
        return
    fi
    JDK=$(jdk_on_path)
    if [ -n "$JDK" ] && is_jdk_25 "$JDK"; then
        return
    fi
    home=${HOME:-/}
    for JDK in /usr/lib/jvm/* /usr/java/* /opt/*jdk* /opt/java/* /opt/*/*jdk* \
        "${SDKMAN_DIR:-$home/.sdkman}"/candidates/java/* "$home"/.jdks/* "$home"/.jenv/versions/* \
        "${ASDF_DATA_DIR:-$home/.asdf}"/installs/java/* \
        "${MISE_DATA_DIR:-${XDG_DATA_HOME:-$home/.local/share}/mise}"/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$home"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if is_jdk_25 "$JDK"; then
            return
        fi
    done
    fail "Waxwing needs a JDK 25 or newer and found none.
Install one (Debian and Ubuntu: openjdk-25-jdk or temurin-25-jdk; SDKMAN: sdk install java 25-tem),
or set WAXWING_JAVA_HOME to the directory of one that is installed elsewhere."
}

# Prints one source file of the modules "$@" that is newer than the file $reference.
newer_than() {
    reference=$1
    shift
    for module in "$@"; do
        find "$ROOT/pom.xml" "$ROOT/$module/pom.xml" "$ROOT/$module/src/main" -type f -newer "$reference"
    done | head -n 1
}

# up_to_date MODULE ARTIFACT SOURCE-MODULE...: the jar of MODULE is there and no source is newer. The executable jar's own
# time says nothing (it is fixed, for reproducible builds), so the plain jar's or the last build's start counts.
up_to_date() {
    target=$ROOT/$1/target
    jar=$target/$2-exec.jar
    plain=$target/$2.jar
    shift 2
    [ -f "$jar" ] || return 1
    if [ -f "$plain" ] && [ -z "$(newer_than "$plain" "$@")" ]; then
        return 0
    fi
    [ -f "$target/built" ] && [ -z "$(newer_than "$target/built" "$@")" ]
}

# shellcheck disable=SC2034 # for the scripts that source this file
SERVER_JAR=$ROOT/server-app/target/waxwing-server-app-0.1.0-SNAPSHOT-exec.jar
# shellcheck disable=SC2034
AGENT_JAR=$ROOT/device-agent/target/waxwing-device-agent-0.1.0-SNAPSHOT-exec.jar
server_up_to_date() { up_to_date server-app waxwing-server-app-0.1.0-SNAPSHOT src-shared ca-admin server-app; }
server_built() { [ -f "$SERVER_JAR" ]; }
agent_up_to_date() { up_to_date device-agent waxwing-device-agent-0.1.0-SNAPSHOT src-shared device-agent; }

# One build at a time: two terminals of a fresh clone would write the same files.
lock_build() {
    mkdir -p "$ROOT/target"
    BUILD_LOCK=$ROOT/target/build.lock
    told=''
    until (set -C; echo $$ >"$BUILD_LOCK") 2>/dev/null; do
        owner=$(cat "$BUILD_LOCK" 2>/dev/null) || owner=''
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            rm -f "$BUILD_LOCK"
            continue
        fi
        [ -n "$told" ] || say "Waiting for another build (process $owner) to finish ..."
        told=yes
        sleep 1
    done
    trap 'rm -f "$BUILD_LOCK"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

unlock_build() {
    rm -f "$BUILD_LOCK"
    trap - EXIT INT TERM HUP
}

# build MODULE CHECK: builds MODULE, and what it stands on, unless CHECK says that it is up to date. All output goes to
# standard error, because standard output belongs to the command's result.
build() {
    if "$2"; then
        return
    fi
    command -v mvn >/dev/null 2>&1 || fail "there is no up-to-date build of $1 yet, and Maven (mvn) is not on the PATH.
Install Maven 3.8.6 or newer (Debian and Ubuntu: apt-get install maven)."
    lock_build
    if "$2"; then
        unlock_build
        return
    fi
    say "Building Waxwing (the first build downloads its libraries and takes a few minutes) ..."
    log=$ROOT/target/build.log
    started=$ROOT/target/build.started
    status=$ROOT/target/build.status
    : >"$started"
    echo 1 >"$status"
    {
        cd "$ROOT" && JAVA_HOME=$JDK mvn -B -Dfast -Dstyle.color=never -Dmaven.test.skip=true -pl "$1" -am package
        echo $? >"$status"
    } </dev/null 2>&1 | tee "$log" | awk '/^\[INFO\] Building Waxwing/ { sub(/^\[INFO\] Building /, "  "); print; fflush() }' >&2
    if [ "$(cat "$status")" != 0 ]; then
        grep '^\[ERROR\]' "$log" | head -n 20 >&2
        fail "the build failed; its whole output is in $log"
    fi
    touch -r "$started" "$ROOT/$1/target/built"
    if [ "$1" = server-app ] && [ -d "$ROOT/device-agent/target" ]; then # the server's tests use the agent
        touch -r "$started" "$ROOT/device-agent/target/built"
    fi
    unlock_build
}

# quick_start JAR [make]: sets QUICK_JAR to what java shall run, and QUICK to a JVM option. That is JAR and nothing new,
# or, when bin/StartCache.java has made them for this very jar and JDK, its unpacked copy and the AOT cache recorded with
# it. With the second argument they are made when they are missing.
quick_start() {
    QUICK_JAR=$1
    QUICK=-Xshare:auto
    [ "${WAXWING_START_CACHE:-on}" != off ] && [ -r "$JDK/release" ] || return 0
    # The JVM does not start with one of these and a cache of ours.
    case "${WAXWING_JAVA_OPTS:-} ${JDK_JAVA_OPTIONS:-} ${JAVA_TOOL_OPTIONS:-} ${_JAVA_OPTIONS:-}" in
        *-Xshare* | *SharedArchiveFile* | *-XX:*AOT*) return 0 ;;
    esac
    # The end of a zip file is its directory, which has the CRC of every entry.
    copy=$(dirname -- "$1")/start/$(tail -c 262144 -- "$1" | cksum | tr ' ' -)
    cache=$copy/$(cksum <"$JDK/release" | tr ' ' -).aot
    if [ ! -e "$cache" ] && [ -n "${2:-}" ] && [ -w "$(dirname -- "$1")" ] && [ -w "$ROOT" ]; then
        (cd "$ROOT" && "$JDK/bin/java" -Xshare:auto -XX:TieredStopAtLevel=1 bin/StartCache.java "$SERVER_JAR" "$AGENT_JAR") \
            </dev/null >&2 || :
    fi
    if [ -s "$cache" ] && [ -f "$copy/$(basename -- "$1")" ]; then
        QUICK_JAR=$copy/$(basename -- "$1")
        QUICK=-XX:AOTCache=$cache
    fi
}

# The JVM runs without a cache that it cannot use, and says so on standard output unless it is told not to. The check sum of
# the cache is compared first: a damaged one would crash the JVM.
# shellcheck disable=SC2034
QUIETLY='-XX:+VerifySharedSpaces -Xlog:aot*=off -Xlog:cds*=off'
