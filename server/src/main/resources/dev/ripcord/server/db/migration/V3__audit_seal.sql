-- What a record was sealed with; null if it was not.
alter table audit_log add column seal text;
