//! The evidence lists in SQLite, with a line for every change of them.
//! What is not here: the rest of the docket.

use std::collections::BTreeSet;

use model::limits::{EVIDENCE_HEARING_BYTES_MAX, EVIDENCE_MAX};
use model::{EvidenceId, EvidenceItem, HearingId, ParticipantId, Refusal, Side};
use protocol::EvidenceChange;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite as Database, Transaction};

use super::{DocketFault, Sqlite, private, to, value, word};
use crate::docket::evidence::{Hand, NewEvidence};

type Change<'c> = Transaction<'c, Database>;

impl Sqlite {
    pub(in crate::docket) async fn evidence_of(
        &self,
        hearing: HearingId,
    ) -> Result<Vec<EvidenceItem>, DocketFault> {
        let fault = to("read the evidence");
        // Sides in speaking order, the court's own last.
        let rows = sqlx::query(
            "SELECT * FROM evidence WHERE hearing = ? ORDER BY CASE side
               WHEN 'plaintiff' THEN 0 WHEN 'defendant' THEN 1 WHEN 'third_party' THEN 2 ELSE 3 END,
             number, id LIMIT ?",
        )
        .bind(hearing.0)
        .bind(i64::try_from(EVIDENCE_MAX).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        rows.iter().map(item).collect::<Result<_, _>>().map_err(&fault)
    }

    pub(in crate::docket) async fn evidence(
        &self,
        hearing: HearingId,
        id: EvidenceId,
    ) -> Result<Option<EvidenceItem>, DocketFault> {
        let fault = to("read a piece of evidence");
        let row = sqlx::query("SELECT * FROM evidence WHERE id = ? AND hearing = ?")
            .bind(id.0)
            .bind(hearing.0)
            .fetch_optional(&self.pool)
            .await
            .map_err(&fault)?;
        row.map(|row| item(&row)).transpose().map_err(&fault)
    }

    pub(in crate::docket) async fn evidence_files(&self) -> Result<BTreeSet<String>, DocketFault> {
        let fault = to("read the evidence files");
        let rows = sqlx::query("SELECT DISTINCT sha256 FROM evidence")
            .fetch_all(&self.pool)
            .await
            .map_err(&fault)?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(&fault)
    }

    pub(in crate::docket) async fn is_evidence(&self, sha256: &str) -> Result<bool, DocketFault> {
        let fault = to("look up an evidence file");
        let row = sqlx::query("SELECT 1 FROM evidence WHERE sha256 = ? LIMIT 1")
            .bind(sha256)
            .fetch_optional(&self.pool)
            .await
            .map_err(&fault)?;
        Ok(row.is_some())
    }

    pub(in crate::docket) async fn add_evidence(
        &self,
        hand: Hand,
        new: &NewEvidence,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        let fault = to("add evidence");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        if is_closed(&mut change, hand.hearing).await.map_err(&fault)? {
            return Ok(Err(Refusal::HearingClosed));
        }
        let (count, bytes) = taken(&mut change, hand.hearing, &new.sha256).await.map_err(&fault)?;
        if count >= i64::try_from(EVIDENCE_MAX).unwrap_or(i64::MAX)
            || bytes.saturating_add(new.bytes) > EVIDENCE_HEARING_BYTES_MAX
        {
            return Ok(Err(Refusal::EvidenceFull));
        }
        let row = sqlx::query(
            "INSERT INTO evidence (hearing, side, handed_in_by, number, name, kind, purpose, form,
               media_type, pages, bytes, sha256, sm3, created_at)
             VALUES (?1, ?2, ?3, 1 + coalesce(
               (SELECT max(number) FROM evidence WHERE hearing = ?1 AND side IS ?2), 0),
               ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) RETURNING *",
        )
        .bind(hand.hearing.0)
        .bind(new.side.map(|side| word(&side)))
        .bind(hand.who.0)
        .bind(new.name.reveal())
        .bind(word(&new.kind))
        .bind(new.purpose.reveal())
        .bind(word(&new.form))
        .bind(new.media_type)
        .bind(new.pages)
        .bind(i64::try_from(new.bytes).unwrap_or(i64::MAX))
        .bind(&new.sha256)
        .bind(&new.sm3)
        .bind(hand.at.0)
        .fetch_one(&mut *change)
        .await
        .map_err(&fault)?;
        let added = item(&row).map_err(&fault)?;
        note(&mut change, hand, "added", &added).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(Ok(added))
    }

    pub(in crate::docket) async fn change_evidence(
        &self,
        hand: Hand,
        id: EvidenceId,
        wanted: &EvidenceChange,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        let fault = to("change evidence");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let former = match open_piece(&mut change, hand, id).await.map_err(&fault)? {
            Ok(former) => former,
            Err(why) => return Ok(Err(why)),
        };
        if former.exchanged && !hand.court {
            return Ok(Err(Refusal::AlreadyExchanged));
        }
        let mut now = former.clone();
        if let Some(number) = wanted.number.filter(|number| *number != former.number) {
            match trade_numbers(&mut change, hand, &former, number).await.map_err(&fault)? {
                Ok(()) => now.number = number,
                Err(why) => return Ok(Err(why)),
            }
        }
        now.name = wanted.name.clone().unwrap_or(now.name);
        now.kind = wanted.kind.unwrap_or(now.kind);
        now.purpose = wanted.purpose.clone().unwrap_or(now.purpose);
        now.form = wanted.form.unwrap_or(now.form);
        sqlx::query(
            "UPDATE evidence SET number = ?, name = ?, kind = ?, purpose = ?, form = ?
             WHERE id = ?",
        )
        .bind(now.number)
        .bind(now.name.reveal())
        .bind(word(&now.kind))
        .bind(now.purpose.reveal())
        .bind(word(&now.form))
        .bind(id.0)
        .execute(&mut *change)
        .await
        .map_err(&fault)?;
        note(&mut change, hand, "changed", &former).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(Ok(now))
    }

    pub(in crate::docket) async fn exchange_evidence(
        &self,
        hand: Hand,
        id: EvidenceId,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        let fault = to("exchange evidence");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let mut piece = match open_piece(&mut change, hand, id).await.map_err(&fault)? {
            Ok(piece) => piece,
            Err(why) => return Ok(Err(why)),
        };
        if piece.exchanged {
            return Ok(Err(Refusal::AlreadyThere));
        }
        sqlx::query("UPDATE evidence SET exchanged_at = ? WHERE id = ?")
            .bind(hand.at.0)
            .bind(id.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        note(&mut change, hand, "exchanged", &piece).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        piece.exchanged = true;
        Ok(Ok(piece))
    }

    pub(in crate::docket) async fn remove_evidence(
        &self,
        hand: Hand,
        id: EvidenceId,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        let fault = to("remove evidence");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let piece = match open_piece(&mut change, hand, id).await.map_err(&fault)? {
            Ok(piece) => piece,
            Err(why) => return Ok(Err(why)),
        };
        if piece.exchanged {
            return Ok(Err(Refusal::AlreadyExchanged));
        }
        sqlx::query("DELETE FROM evidence WHERE id = ?")
            .bind(id.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        note(&mut change, hand, "removed", &piece).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(Ok(piece))
    }

    pub(in crate::docket) async fn forget_evidence(
        &self,
        hearing: HearingId,
    ) -> Result<BTreeSet<String>, DocketFault> {
        let fault = to("forget evidence");
        let rows = sqlx::query("DELETE FROM evidence WHERE hearing = ? RETURNING sha256")
            .bind(hearing.0)
            .fetch_all(&self.pool)
            .await
            .map_err(&fault)?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(&fault)
    }
}

async fn is_closed(change: &mut Change<'_>, hearing: HearingId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT closed FROM hearings WHERE id = ?")
        .bind(hearing.0)
        .fetch_optional(&mut **change)
        .await?;
    row.map_or(Ok(true), |row| row.try_get(0))
}

/// Pieces of a hearing, and bytes of its files, the one with this digest not among them.
async fn taken(
    change: &mut Change<'_>,
    hearing: HearingId,
    sha256: &str,
) -> Result<(i64, u64), sqlx::Error> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM evidence WHERE hearing = ?1),
           (SELECT coalesce(sum(bytes), 0) FROM (SELECT DISTINCT sha256, bytes FROM evidence
             WHERE hearing = ?1 AND sha256 <> ?2))",
    )
    .bind(hearing.0)
    .bind(sha256)
    .fetch_one(&mut **change)
    .await?;
    let bytes: i64 = row.try_get(1)?;
    Ok((row.try_get(0)?, u64::try_from(bytes).unwrap_or(0)))
}

/// The piece, if the list it stands on may still be changed.
async fn open_piece(
    change: &mut Change<'_>,
    hand: Hand,
    id: EvidenceId,
) -> Result<Result<EvidenceItem, Refusal>, sqlx::Error> {
    if is_closed(change, hand.hearing).await? {
        return Ok(Err(Refusal::HearingClosed));
    }
    let row = sqlx::query("SELECT * FROM evidence WHERE id = ? AND hearing = ?")
        .bind(id.0)
        .bind(hand.hearing.0)
        .fetch_optional(&mut **change)
        .await?;
    row.map_or(Ok(Err(Refusal::NotFound)), |row| item(&row).map(Ok))
}

/// Gives whoever has `number` on the same list the number of `piece`.
async fn trade_numbers(
    change: &mut Change<'_>,
    hand: Hand,
    piece: &EvidenceItem,
    number: u16,
) -> Result<Result<(), Refusal>, sqlx::Error> {
    if number == 0 || usize::from(number) > EVIDENCE_MAX {
        return Ok(Err(Refusal::NotPlausible));
    }
    let row = sqlx::query(
        "SELECT * FROM evidence WHERE hearing = ? AND side IS ? AND number = ? LIMIT 1",
    )
    .bind(hand.hearing.0)
    .bind(piece.side.map(|side| word(&side)))
    .bind(number)
    .fetch_optional(&mut **change)
    .await?;
    let Some(row) = row else { return Ok(Ok(())) };
    let other = item(&row)?;
    // The other sides refer to it by its number.
    if other.exchanged && !hand.court {
        return Ok(Err(Refusal::AlreadyExchanged));
    }
    note(change, hand, "changed", &other).await?;
    sqlx::query("UPDATE evidence SET number = ? WHERE id = ?")
        .bind(piece.number)
        .bind(other.id.0)
        .execute(&mut **change)
        .await?;
    Ok(Ok(()))
}

/// Writes down who did what, and how the piece was before.
async fn note(
    change: &mut Change<'_>,
    hand: Hand,
    what: &str,
    piece: &EvidenceItem,
) -> Result<(), sqlx::Error> {
    let text = serde_json::to_string(piece).map_err(|fault| sqlx::Error::Encode(fault.into()))?;
    sqlx::query(
        "INSERT INTO evidence_changes (at, hearing, item, by_participant, what, piece)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(hand.at.0)
    .bind(hand.hearing.0)
    .bind(piece.id.0)
    .bind(hand.who.0)
    .bind(what)
    .bind(text)
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn item(row: &SqliteRow) -> Result<EvidenceItem, sqlx::Error> {
    let side: Option<String> = row.try_get("side")?;
    let side = side.map(|_| value::<Side>(row, "side")).transpose()?;
    let bytes: i64 = row.try_get("bytes")?;
    let exchanged: Option<i64> = row.try_get("exchanged_at")?;
    Ok(EvidenceItem {
        id: EvidenceId(row.try_get("id")?),
        side,
        by: ParticipantId(row.try_get("handed_in_by")?),
        number: row.try_get("number")?,
        name: private(row, "name")?,
        kind: value(row, "kind")?,
        purpose: private(row, "purpose")?,
        form: value(row, "form")?,
        media_type: row.try_get("media_type")?,
        pages: row.try_get("pages")?,
        bytes: u64::try_from(bytes).unwrap_or(0),
        sha256: row.try_get("sha256")?,
        sm3: row.try_get("sm3")?,
        exchanged: exchanged.is_some(),
    })
}
