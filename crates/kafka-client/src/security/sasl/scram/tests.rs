use super::*;

fn conversation(hash: Hash, nonce: &str) -> Conversation {
    let scram = Scram { hash, username: "user".to_owned(), password: Secret::new("pencil"), token: false };
    Conversation::with_nonce(Arc::new(scram), nonce.to_owned())
}

const FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

#[tokio::test]
async fn speaks_the_example_of_rfc_7677() {
    let mut talk = conversation(Hash::Sha256, "rOprNGfwEbeRWgbNEkqO");
    assert_eq!(talk.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    let proof = talk.next(FIRST.as_bytes()).await.unwrap().unwrap();
    let want = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    assert_eq!(proof, want);
    let last = talk.next(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").await;
    assert_eq!(last, Ok(None));
    assert!(talk.next(b"v=").await.is_err());
}

#[tokio::test]
async fn refuses_what_no_honest_broker_says_first() {
    for (answer, want) in [
        ("r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096", "does not start with client nonce"), // adds nothing of its own
        ("r=other,s=AAAA,i=4096", "does not start with client nonce"),
        ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4095", "4095 is less than the minimum 4096 for SCRAM-SHA-512"),
        ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1000001", "1000001 is more than the maximum 1000000"),
        ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=99999999999", "invalid iterations"),
        ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=0", "invalid iterations"),
        ("r=rOprNGfwEbeRWgbNEkqOx,s=A,i=4096", "Invalid SCRAM server first message"),
        ("r=rOprNGfwEbeRWgbNEkqO\u{e9},s=AAAA,i=4096", "Invalid SCRAM server first message"),
        ("m=x,r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096", "Invalid SCRAM server first message"), // must be understood
        ("", "Invalid SCRAM server first message"),
    ] {
        let mut talk = conversation(Hash::Sha512, "rOprNGfwEbeRWgbNEkqO");
        let got = talk.next(answer.as_bytes()).await.unwrap_err();
        assert!(got.contains(want), "{answer}: {got}");
    }
    assert!(conversation(Hash::Sha256, "x").next(&[0xff]).await.is_err());
}

#[tokio::test]
async fn trusts_no_broker_that_does_not_know_the_password() {
    for (answer, want) in [
        ("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "Invalid SCRAM server final message"),
        ("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "Invalid server signature in server final message"),
        ("v=", "Invalid server signature in server final message"),
        ("e=other-error", "Sasl authentication using SCRAM-SHA-256 failed with error: other-error"),
        ("", "Invalid SCRAM server final message"),
    ] {
        let mut talk = conversation(Hash::Sha256, "rOprNGfwEbeRWgbNEkqO");
        talk.next(FIRST.as_bytes()).await.unwrap();
        let got = talk.next(answer.as_bytes()).await.unwrap_err();
        assert!(got.contains(want), "{answer}: {got}");
    }
}

#[test]
fn names_and_extensions_are_written_as_java_writes_them() {
    let scram =
        Scram { hash: Hash::Sha256, username: "a=b,c é".to_owned(), password: Secret::new("hush"), token: true };
    let talk = Conversation::with_nonce(Arc::new(scram), "N".to_owned());
    assert_eq!(talk.first(), "n,,n=a=3Db=2Cc é,r=N,tokenauth=true");
    assert!(!format!("{talk:?}").contains("hush"));
}

#[test]
fn each_conversation_has_a_nonce_of_its_own() {
    let scram = conversation(Hash::Sha256, "").scram;
    let (one, two) = (Conversation::new(scram.clone()).unwrap(), Conversation::new(scram).unwrap());
    assert_ne!(one.nonce, two.nonce);
    assert_eq!(one.nonce.len(), 32);
}
