//! Which authorities and which certificate are there, and when are the next due?
//!
//! An authority is published at least a third of a certificate's life before it signs one, so that everybody who
//! connects knows it by then; and it stays published until it ends.

use std::time::Duration;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{CertificateError, StoreError};

/// Clocks differ: what is made is valid a little earlier.
const SKEW: i64 = 3600;

/// Lives of a certificate in the life of its authority.
const LIVES: i64 = 4;

/// Authorities of our own making and the certificate that one of them signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// Oldest first.
    authorities: Vec<Pair>,
    certificate: Pair,
    /// Whom it is for.
    names: Vec<String>,
}

/// A certificate and its key, in PEM, made and ending at these seconds since 1970.
#[derive(Clone, PartialEq, Eq)]
struct Pair {
    certificate: String,
    key: String,
    made: i64,
    ends: i64,
}

/// What is wanted of a certificate.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) names: Vec<String>,
    pub(super) lifetime: Duration,
}

impl Held {
    /// The certificate, in PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate.certificate
    }

    /// Its key, in PEM.
    pub fn key(&self) -> &str {
        &self.certificate.key
    }

    /// Every authority that whoever connects should trust, in PEM.
    pub fn bundle(&self) -> String {
        self.authorities.iter().map(|authority| authority.certificate.as_str()).collect()
    }

    /// All of it as a text to be kept where secrets are.
    pub fn to_text(&self) -> String {
        let authorities: Vec<Value> = self.authorities.iter().map(Pair::to_json).collect();
        let certificate = self.certificate.to_json();
        json!({"authorities": authorities, "certificate": certificate, "names": self.names}).to_string()
    }

    /// What was kept.
    ///
    /// # Errors
    /// When the text is not one that was kept.
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        let wrong =
            || StoreError("what is kept is no certificate of ours: remove it, another is made".to_owned());
        let value: Value = serde_json::from_str(text).map_err(|_| wrong())?;
        let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let authorities: Option<Vec<Pair>> = list("authorities").iter().map(Pair::of_json).collect();
        let certificate = value.get("certificate").and_then(Pair::of_json).ok_or_else(wrong)?;
        let names = list("names").iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        Ok(Self { authorities: authorities.ok_or_else(wrong)?, certificate, names })
    }

    /// What is to be held from now on, if that is something else.
    pub(super) fn next(
        held: Option<&Self>,
        wanted: &Wanted,
        now: i64,
    ) -> Result<Option<Self>, CertificateError> {
        let life = i64::try_from(wanted.lifetime.as_secs()).unwrap_or(i64::MAX / 16).max(1);
        if let Some(held) = held
            && held.names == wanted.names
            && now < held.certificate.made + life * 2 / 3
            && now < held.certificate.ends
        {
            return Ok(None);
        }
        let mut authorities: Vec<Pair> = held.map(|held| held.authorities.clone()).unwrap_or_default();
        authorities.retain(|authority| authority.ends > now);
        let outlives = |authority: &&Pair| authority.ends >= now + life;
        let settled = |authority: &&Pair| authority.made + life / 3 <= now;
        let usable = || authorities.iter().rev().filter(outlives);
        let signer = match usable().find(settled).or_else(|| usable().next()).cloned() {
            Some(signer) => signer,
            None => authority(now, life)?,
        };
        if !authorities.contains(&signer) {
            authorities.push(signer.clone());
        }
        // The one after the next certificate needs an authority that is known by then.
        if authorities.last().is_none_or(|last| last.ends < now + 2 * life) {
            authorities.push(authority(now, life)?);
        }
        let certificate = certificate(&signer, &wanted.names, now, life)?;
        Ok(Some(Self { authorities, certificate, names: wanted.names.clone() }))
    }
}

impl Pair {
    fn new(certificate: &Certificate, key: &KeyPair, made: i64, ends: i64) -> Self {
        Self { certificate: certificate.pem(), key: key.serialize_pem(), made, ends }
    }

    fn to_json(&self) -> Value {
        json!({"certificate": self.certificate, "key": self.key, "made": self.made, "ends": self.ends})
    }

    fn of_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        let time = |key: &str| value.get(key)?.as_i64();
        Some(Self {
            certificate: text("certificate")?,
            key: text("key")?,
            made: time("made")?,
            ends: time("ends")?,
        })
    }
}

fn authority(now: i64, life: i64) -> Result<Pair, CertificateError> {
    let (key, ends) = (KeyPair::generate()?, now + LIVES * life);
    let params = of_authority(now, ends);
    Ok(Pair::new(&params.self_signed(&key)?, &key, now, ends))
}

/// The same each time it is asked for: it is what the certificates below are issued by.
fn of_authority(made: i64, ends: i64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, format!("cofferdam webhook {made}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (at(made - SKEW), at(ends));
    params
}

fn certificate(signer: &Pair, names: &[String], now: i64, life: i64) -> Result<Pair, CertificateError> {
    let (key, ends) = (KeyPair::generate()?, now + life);
    let mut params = CertificateParams::new(names)?;
    let name = names.first().map_or("cofferdam", String::as_str);
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = (at(now - SKEW), at(ends));
    let issuer = Issuer::new(of_authority(signer.made, signer.ends), KeyPair::from_pem(&signer.key)?);
    Ok(Pair::new(&params.signed_by(&key, &issuer)?, &key, now, ends))
}

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (authorities, ends) = (self.authorities.len(), self.certificate.ends);
        f.debug_struct("Held").field("authorities", &authorities).field("ends", &ends).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: i64 = 90 * 24 * 3600;

    fn wanted() -> Wanted {
        let names = vec!["cofferdam.guard.svc".to_owned()];
        Wanted { names, lifetime: Duration::from_secs(LIFE.unsigned_abs()) }
    }

    fn signer(held: &Held) -> usize {
        // The certificate is found under the authority whose name it carries.
        let name = |pair: &Pair| pair.made;
        let certificate = rustls::pki_types::CertificateDer::from(der(&held.certificate.certificate));
        held.authorities
            .iter()
            .position(|authority| {
                let text = format!("cofferdam webhook {}", name(authority));
                certificate.windows(text.len()).any(|window| window == text.as_bytes())
            })
            .expect("its authority is held")
    }

    fn der(pem: &str) -> Vec<u8> {
        use rustls::pki_types::pem::PemObject;
        rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
    }

    #[test]
    fn over_ten_lives_every_certificate_is_signed_by_an_authority_that_was_known_before() {
        let (mut now, wanted) = (1_700_000_000, wanted());
        let mut held = Held::next(None, &wanted, now).unwrap().unwrap();
        let mut rotations = 0;
        for _ in 0..100 {
            now += LIFE / 10;
            let Some(next) = Held::next(Some(&held), &wanted, now).unwrap() else { continue };
            rotations += 1;
            let by = &next.authorities[signer(&next)];
            assert!(held.authorities.contains(by), "published before it signs");
            assert!(by.made + LIFE / 3 <= now, "and not just now");
            assert!(by.ends >= next.certificate.ends);
            let before = &held.authorities[signer(&held)];
            assert!(next.authorities.contains(before), "the certificate before it is still trusted");
            assert!(next.authorities.len() <= 3);
            held = next;
        }
        assert!(rotations >= 13, "{rotations}");
    }

    #[test]
    fn what_is_kept_is_what_was_held() {
        let held = Held::next(None, &wanted(), 1_700_000_000).unwrap().unwrap();
        assert_eq!(Held::from_text(&held.to_text()).unwrap(), held);
        assert!(Held::from_text("{}").is_err() && Held::from_text("").is_err());
        assert!(!format!("{held:?}").contains("PRIVATE"));
    }

    #[test]
    fn other_names_ask_for_another_certificate_of_the_same_authority() {
        let held = Held::next(None, &wanted(), 1_700_000_000).unwrap().unwrap();
        assert!(Held::next(Some(&held), &wanted(), 1_700_000_001).unwrap().is_none());
        let others = Wanted { names: vec!["127.0.0.1".to_owned()], ..wanted() };
        let next = Held::next(Some(&held), &others, 1_700_000_001).unwrap().unwrap();
        assert!(next.authorities == held.authorities);
    }

    #[test]
    fn after_a_long_sleep_everything_is_new() {
        let held = Held::next(None, &wanted(), 1_700_000_000).unwrap().unwrap();
        let next = Held::next(Some(&held), &wanted(), 1_700_000_000 + 10 * LIFE).unwrap().unwrap();
        assert_eq!(next.authorities.len(), 1);
        assert_ne!(next.bundle(), held.bundle());
    }
}
