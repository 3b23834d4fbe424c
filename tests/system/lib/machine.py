# SPDX-License-Identifier: Apache-2.0
"""A host of a test with a disk of its own: an overlay over this machine's root, processes that
only it sees, and stand-ins for systemctl, journalctl and scp.

What is installed, written or started on it touches nothing of this machine and ends with it.
"""

import os
import re
import shlex
import subprocess

from . import process
from .wait import Failure, wait_for

_LIB = os.path.dirname(os.path.abspath(__file__))
_TOP = os.path.dirname(os.path.dirname(os.path.dirname(_LIB)))

_ROOT = """
mount -t tmpfs -o mode=0755 none {dir}
mkdir {dir}/upper {dir}/work {dir}/root {dir}/tree {dir}/tree-work
mount -t overlay -o lowerdir=/,upperdir={dir}/upper,workdir={dir}/work none {dir}/root
cd {dir}/root
mkdir -p root/lessor etc/lessor usr/local/bin
mount -t proc none proc
mount --rbind /dev dev
mount --rbind /sys sys
mount -t overlay -o lowerdir={top},upperdir={dir}/tree,workdir={dir}/tree-work none root/lessor
mount -t tmpfs -o mode=0755 none run
mount -t tmpfs -o mode=1777 none tmp
mkdir -p run/post {post}
mount --bind {post} run/post
for folder in var/lib/lessor var/lib/kea var/lib/dhcp; do
	mkdir -p $folder
	mount -t tmpfs -o mode=0755 none $folder
done
cp {build}/lessord {build}/lessorctl {build}/lessor-load usr/local/bin/
cp {lib}/systemctl.sh usr/local/bin/systemctl
cp {lib}/scp.sh usr/local/bin/scp
ln -s systemctl usr/local/bin/journalctl
chroot . sh -c 'id lessor || useradd --system --user-group --shell /usr/sbin/nologin lessor'
hostname {name}
touch run/made
exec chroot . sh -c 'sleep infinity & wait'
"""

# What scp has sent here.
_FETCH = "cd /run/post/{0} 2>/dev/null && cp -r . / && rm -r /run/post/{0}"


def _defaults(build):
    """Where this build looks for its configuration and leases, which may be below a prefix."""
    text = process.run([os.path.join(build, "lessord"), "--help"]).stdout
    return [os.path.dirname(re.search(r"configuration \[(.*?)\]", text)[1]),
            re.search(r"leases and journal \[(.*?)\]", text)[1]]


class Machine:
    """One host; space is its network."""

    def __init__(self, lab, name):
        self.name, self.space, self.paths = name, lab.space(name), []
        build = os.path.dirname(lab.program("lessord"))
        folder = os.path.join(lab.dir, f"root-{name}")
        os.makedirs(folder)
        script = _ROOT.format(dir=folder, top=_TOP, build=build, lib=_LIB, name=name,
                              post=os.path.join(lab.dir, "post"))
        holder = self.space.start("unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child",
                                  "sh", "-ec", script, log=f"machine-{name}")
        self.pid = wait_for(lambda: next(iter(process.descendants(holder.pid)), None), 5,
                            f"{name} is there")
        wait_for(lambda: self._made(holder), 10, lambda: f"{name}: {holder.log_text()}")
        # A build with another prefix looks elsewhere: the text has the paths of a package.
        self.paths = [pair for pair in zip(_defaults(build), ("/etc/lessor", "/var/lib/lessor"))
                      if pair[0] != pair[1]]
        for theirs, usual in self.paths:
            self.sh(f"mkdir -p {os.path.dirname(theirs)}; ln -sfn {usual} {theirs}")

    def _made(self, holder):
        if not holder.running():
            raise Failure(f"{self.name}: no disk of its own: {holder.log_text()}")
        return os.path.exists(f"/proc/{self.pid}/root/run/made")

    def write(self, path, text):
        self.sh(f"mkdir -p {shlex.quote(os.path.dirname(path))}; cat >{shlex.quote(path)}", text)

    def sh(self, script, text="", seconds=60):
        """Runs a script as root in /root; returns its output, both streams as on a terminal."""
        argv = ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-u", "-r", "-w", "env", "-i",
                "HOME=/root", "TERM=dumb", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
                "DEB_BUILD_OPTIONS=nocheck",  # what a package's build would test is tested beside it
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "bash", "-c", f"{_FETCH.format(self.name)}\ncd /root\n{script}"]
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, errors="replace")
        try:
            output = child.communicate(text, seconds)[0]
        except subprocess.TimeoutExpired:
            # nsenter itself has to reap its child, or the host could not end
            for pid in process.descendants(child.pid):
                process.kill(pid)
            raise Failure(f"still running after {seconds} s on {self.name}: {script}\n"
                          f"{child.communicate()[0]}") from None
        for theirs, usual in self.paths:
            output = output.replace(theirs, usual)
        return output
