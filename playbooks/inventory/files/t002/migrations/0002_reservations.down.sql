drop view stock;
drop table reservations;
