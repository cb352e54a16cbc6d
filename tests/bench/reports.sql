-- A site's trade, made by the database itself; both databases read it. Values: orders, admissions, refunds, begin, step, site, kind.
INSERT INTO site (id, rules, holder_key_sealed, created_at) VALUES (1, :site, :no_bytes, 0);

INSERT INTO ticket_type (id, parameters, price_fen, is_on_sale, created_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
SELECT i, :kind, 8000, TRUE, 0 FROM n;

INSERT INTO user_account (id, name, full_name, channel, password_hash, must_change_password, is_disabled, totp_confirmed, totp_step, created_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21)
SELECT i, 'seller ' || i, '', 'window', '', FALSE, FALSE, FALSE, 0, 0 FROM n;

INSERT INTO sale_order (id, site_id, seller_id, channel, state, total_fen, created_at, paid_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(:orders AS BIGINT))
SELECT i, 1, CASE WHEN i % 1000 = 0 THEN 21 ELSE 1 + i % 20 END, CASE WHEN i % 5 = 0 THEN 'kiosk' ELSE 'window' END, 'paid', 24000,
       CAST(:begin AS BIGINT) + i * CAST(:step AS BIGINT), CAST(:begin AS BIGINT) + i * CAST(:step AS BIGINT)
FROM n;

INSERT INTO sale_order_line (order_id, line, ticket_type_id, quantity, persons, price_fen, valid_from, valid_until, slot_start, slot_minutes)
SELECT id, 0, 1 + id % 12, 3, 1, 8000, 0, 0, 0, 0 FROM sale_order;

INSERT INTO payment (id, order_id, method, presentation, state, amount_fen, created_at, attempts, received_fen, finished_at, taken_by)
SELECT id, id, 'cash', 'none', 'paid', 24000, created_at, 0, 24000, created_at, seller_id FROM sale_order;

INSERT INTO ledger_entry (id, posted_at, debit, credit, amount_fen, order_id, payment_id)
SELECT id, created_at, 'cash/1', 'sales/1', 24000, id, id FROM sale_order;

INSERT INTO ticket (id, order_id, line, site_id, ticket_type_id, issued_at, valid_from, valid_until, flags, generation, state, state_since,
                    persons, slot_start, slot_minutes, token, short_number)
SELECT id, id, 0, 1, 1 + id % 12, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, :no_bytes, id FROM sale_order WHERE id % 50 = 0;

INSERT INTO refund (id, ticket_id, order_id, amount_fen, state, reason, fence_change_id, requested_by, requested_at, decided_at)
SELECT id, id, id, 8000, 'paid', '', 0, seller_id, created_at, created_at FROM sale_order WHERE id % 50 = 0;

INSERT INTO agent (id, site_id, name, role, public_key, enrolled_at, wipe, duty, duty_since, last_seen_at, last_head_at, journalled_at,
                   replay_highest, replay_seen, feed_epoch, feed_version)
VALUES (1, 1, 'gate', 'gate', :no_bytes, 0, FALSE, 'open', 0, 0, 0, 0, 0, 0, 0, 0);

INSERT INTO check_point (id, site_id, zone, name_zh, name_en, direction, state, attended, reads_documents, agent_id, has_recorded, created_at)
VALUES (1, 1, 0, '东门', 'East gate', 'entry', 1, FALSE, FALSE, 1, TRUE, 0);

INSERT INTO journal (number, agent_id, journal_id, kind, sequence, hash, received_at) VALUES (1, 1, :no_bytes, 'gate', 0, :no_bytes, 0);

INSERT INTO admission_record (journal_number, sequence, scanned_at, site_id, agent_id, check_point_id, direction, kind, state, ticket_id,
                              entitlement_id, ticket_type_id, order_id, seller_id, channel, persons, counted, flags)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(:admissions AS BIGINT) - 1)
SELECT 1, i + 1, o.created_at + i % 3, 1, 1, 1 + i % 10, 'entry', 'entry', 'passed', i + 1, 1, 1 + o.id % 12, o.id, o.seller_id, o.channel, 1, 1, '[]'
FROM n JOIN sale_order o ON o.id = 1 + n.i / 3;
