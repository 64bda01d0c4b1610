CREATE TABLE made_by_a_script (id INT PRIMARY KEY);
