"""
The original's way to its table: the same model of SQLAlchemy, over the same driver, at the DATABASE_URL of its environment.

    original.py create COUNT   makes the table, and so many memos as the years left them
    original.py read           prints every memo by id, as one line of JSON
    original.py write TITLE    writes a memo as its request would, and prints the line of it
"""

import asyncio
import json
import os
import sys
from datetime import datetime, timedelta

from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, String, Text, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Memo(Base):
    __tablename__ = "memos"

    id = Column(Integer, primary_key=True, index=True, autoincrement=True)
    title = Column(String(100), nullable=False, index=True)
    content = Column(Text, nullable=False)
    tags = Column(JSON, default=list)
    priority = Column(Integer, default=2)
    category = Column(String(50))
    is_archived = Column(Boolean, default=False)
    is_favorite = Column(Boolean, default=False)
    author = Column(String(100))
    created_at = Column(DateTime, server_default=func.now(), index=True)
    updated_at = Column(DateTime, server_default=func.now())


WORDS = "회의 일정 보고서 프로젝트 서버 점심 약속 여행 도서관 시험 과제 발표 동아리 학교 예산 배송 김치 커피 병원 공연".split()
ENDINGS = "은 를 에서 으로 와 도 만 부터 까지 에게 보다 처럼".split()
# None becomes JSON null; nobody checked what else came in.
TAGS = [[], ["회의"], ["회의", "work"], None, ["😀", "Work "], [1, "b", None], {"a": ["b"]}, "회의", ["회의", "회의"]]
FIRST = datetime(2024, 1, 1)
PORTION = 5000


def memo(number):
    words = [WORDS[(number * step) % len(WORDS)] + ENDINGS[(number + step) % len(ENDINGS)] for step in (1, 3, 7, 9)]
    written = FIRST + timedelta(minutes=7 * number)
    return {
        "title": f"{WORDS[number % len(WORDS)]} 메모 {number}",
        "content": " ".join([*words, "Ｆｕｌｌ" if number % 997 == 0 else "full", f"번호{number}"]),
        "tags": TAGS[number % len(TAGS)],
        "priority": None if number % 11 == 0 else 1 + number % 4,
        "category": None if number % 5 == 0 else "업무",
        "is_archived": None if number % 13 == 0 else number % 3 == 0,
        "is_favorite": number % 17 == 0,
        "author": None if number % 2 == 0 else "동아리 회원",
        "created_at": None if number % 1009 == 0 else written,
        "updated_at": None if number % 501 == 0 else written + timedelta(hours=number % 50),
    }


async def create(engine, count):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        for start in range(1, count + 1, PORTION):
            rows = [memo(number) for number in range(start, min(count + 1, start + PORTION))]
            await connection.execute(insert(Memo), rows)
        # Of a row that was written before there were tags.
        await connection.exec_driver_sql("UPDATE memos SET tags = NULL WHERE MOD(id, 23) = 0")


async def read(engine):
    async with engine.connect() as connection:
        last = 0
        while True:
            query = select(Memo.__table__).where(Memo.id > last).order_by(Memo.id).limit(PORTION)
            rows = (await connection.execute(query)).mappings().all()
            if not rows:
                return
            for row in rows:
                show(row)
            last = rows[-1]["id"]


async def write(engine, title):
    async with AsyncSession(engine) as session:
        one = Memo(title=title, content="원래 서비스가 쓴 메모", tags=["원래"])
        session.add(one)
        await session.commit()
        await session.refresh(one)
        show({column.name: getattr(one, column.name) for column in Memo.__table__.columns})


def show(row):
    print(json.dumps(dict(row), ensure_ascii=False, default=datetime.isoformat))


async def main(command, *arguments):
    engine = create_async_engine(os.environ["DATABASE_URL"])
    try:
        if command == "create":
            await create(engine, int(arguments[0]))
        elif command == "read":
            await read(engine)
        else:
            await write(engine, *arguments)
    finally:
        await engine.dispose()


asyncio.run(main(*sys.argv[1:]))
