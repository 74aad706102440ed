import { release } from "node:os";
import { LIMITS } from "../contract/limits.ts";
import type { CommandLine, EnclosedProgram, Enclosure } from "./enclosure.ts";

/**
 * Runs as the first process of the new namespaces: builds a root of its own on a tmpfs, turns to it, lets the old one go, and becomes workerd
 * without a capability. `umount` reads /proc/self/mountinfo and comes from the old root, hence the link and the library path; both lead nowhere
 * afterwards. Arguments: workerd, setpriv, the executor folder, the own folder, most threads and processes or nothing,
 * then each library.
 */
const SCRIPT = `set -eu
workerd=$1 setpriv=$2 executor=$3 own=$4 tasks=$5
shift 5
[ -z "$tasks" ] || prlimit --nproc="$tasks" --pid $$
mount -n -t tmpfs -o size=1m,mode=755,nosuid,nodev tmpfs /mnt
cd /mnt
mkdir -p bin dev executor run old
# Settings of these namespaces alone: no user namespace below, in which there would be capabilities again, and another name than the machine's. They stay as
# they are where /proc/sys is read-only.
{ echo 0 > /proc/sys/user/max_user_namespaces; echo executor > /proc/sys/kernel/hostname; } 2>/dev/null || :
show() { mount -n --bind "$1" "$2"; mount -n -o remount,bind,ro,nosuid,nodev "$2"; }
: > bin/workerd; show "$workerd" bin/workerd
: > bin/setpriv; show "$setpriv" bin/setpriv
for library; do
  if [ -d "$library" ]; then mkdir -p ".$library"; else mkdir -p ".\${library%/*}"; : > ".$library"; fi
  show "$library" ".$library"
done
: > dev/urandom; mount -n --bind /dev/urandom dev/urandom; mount -n -o remount,bind,ro,nosuid,noexec dev/urandom
show "$executor" executor
mount -n --bind "$own" run; mount -n -o remount,bind,nosuid,nodev,noexec run
ln -s old/proc proc
mount -n -o remount,bind,ro,nosuid,nodev /mnt
pivot_root . old
cd /
libraries=
for folder in /old/lib /old/lib64 /old/usr/lib /old/usr/lib64 /old/lib/*-linux-gnu /old/usr/lib/*-linux-gnu; do libraries=$libraries:$folder; done
for umount in /old/bin/umount /old/usr/bin/umount; do
  if [ -x "$umount" ]; then LD_LIBRARY_PATH=$libraries "$umount" -n -l /old; break; fi
done
if [ -e /old/etc ] || [ -e /old/bin ]; then echo "the old root is still there" >&2; exit 70; fi
cd /run
unset PWD OLDPWD PATH
exec /bin/setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all --pdeathsig KILL -- \\
  /bin/workerd serve /executor/config.capnp config --experimental
`;

const NO_FILTER =
	"No filter of system calls: unshare and setpriv have none, so an executor process that is broken out of finds all of the kernel to attack. Install bubblewrap.";

/**
 * What RLIMIT_NPROC may be: since Linux 5.14 it counts the threads and processes of a user namespace by itself, before that all of the user's on the machine.
 * It does not bind the processes of root, also not those that are root nowhere but outside.
 */
const mostTasks = (): string => {
	const [major = 0, minor = 0] = release().split(".").map(Number);
	return major > 5 || (major === 5 && minor >= 14) ? String(LIMITS.executorThreads) : "";
};

/**
 * Encloses with util-linux alone: `unshare` makes the namespaces, a script inside builds the root. The outer `setpriv` ties unshare's life to
 * the supervisor's, `--kill-child` ties workerd's to unshare's.
 * @param unshare absolute path of the program. @param setpriv likewise, at least util-linux 2.33.
 * @param libraries what workerd and setpriv are linked with.
 */
export const unshareEnclosure = (unshare: string, setpriv: string, libraries: readonly string[]): Enclosure => ({
	kind: "unshare",
	warning: NO_FILTER,
	commandLine: (program: EnclosedProgram): CommandLine => ({
		file: setpriv,
		args: [
			...["--pdeathsig", "KILL", "--", unshare],
			...["--user", "--map-root-user", "--net", "--pid", "--ipc", "--uts", "--mount", "--cgroup", "--fork", "--kill-child=KILL", "--"],
			...["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "/bin/sh", "-c", SCRIPT, "enclose"],
			...[program.workerd, setpriv, program.executorFolder, program.ownFolder, mostTasks(), ...libraries],
		],
	}),
});
