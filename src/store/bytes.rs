//! Bytes of a row with a checksum at the end.

use super::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A key as people can look for it: hexadecimal, as SQLite's `x'…'`.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// CRC-32 (IEEE) over the table's name, a zero byte, the key and the body: a row copied elsewhere is found out too.
fn sum(table: &str, key: &[u8], body: &[u8]) -> u32 {
    let mut h = crc32fast::Hasher::new();
    h.update(table.as_bytes());
    h.update(&[0]);
    h.update(key);
    h.update(body);
    h.finalize()
}

/// The body followed by its checksum.
pub(super) fn seal(table: &str, key: &[u8], mut body: Vec<u8>) -> Vec<u8> {
    let crc = sum(table, key, &body);
    body.extend_from_slice(&crc.to_le_bytes());
    body
}

/// The postcard bytes of a value, sealed.
pub(super) fn sealed(table: &str, key: &[u8], value: &impl Serialize) -> Vec<u8> {
    seal(table, key, postcard::to_stdvec(value).unwrap_or_default())
}

/// The body of sealed bytes.
pub(super) fn unseal<'a>(table: &str, key: &[u8], bytes: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let bad = |why: &str| StoreError::damaged(table, hex(key), why);
    let (body, crc) = bytes.split_last_chunk::<4>().ok_or_else(|| bad("too short"))?;
    if sum(table, key, body) == u32::from_le_bytes(*crc) { Ok(body) } else { Err(bad("checksum")) }
}

/// The value of sealed postcard bytes; nothing may follow it.
pub(super) fn read_sealed<T: DeserializeOwned>(table: &str, key: &[u8], bytes: &[u8]) -> Result<T, StoreError> {
    let body = unseal(table, key, bytes)?;
    read_all(body).map_err(|why| StoreError::damaged(table, hex(key), why))
}

/// A postcard value that fills the bytes.
pub(super) fn read_all<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes::<T>(bytes) {
        Ok((v, [])) => Ok(v),
        Ok(_) => Err("bytes are left over".to_owned()),
        Err(e) => Err(e.to_string()),
    }
}
