//! File systems on which the locks of SQLite do not hold.

use std::path::Path;

/// What a file system is called whose locks do not hold, if the path is on one. Where that cannot be told, nothing is
/// said.
#[cfg(target_os = "linux")]
pub(super) fn kind(path: &Path) -> Option<&'static str> {
    /// The numbers of `statfs(2)`.
    const KINDS: [(i64, &str); 9] = [
        (0x6969, "NFS"),
        (0x517b, "SMB"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB2"),
        (0x0102_1997, "9p"),
        (0x5346_414f, "AFS"),
        (0x7375_7245, "Coda"),
        (0x00c3_6400, "Ceph"),
        (0x0bd0_0bd0, "Lustre"),
    ];
    let there = path.ancestors().find(|above| above.exists())?;
    let stat = rustix::fs::statfs(there).ok()?;
    #[expect(clippy::as_conversions, reason = "its type depends on the machine")]
    let number = stat.f_type as i64 & 0xffff_ffff;
    KINDS.into_iter().find(|(kind, _)| *kind == number).map(|(_, name)| name)
}

#[cfg(not(target_os = "linux"))]
pub(super) const fn kind(_: &Path) -> Option<&'static str> {
    None
}
