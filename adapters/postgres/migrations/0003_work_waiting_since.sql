-- Work may be made long before it is due: how long it has been waiting counts from its first wait.
alter table work add column waiting_since timestamptz;
